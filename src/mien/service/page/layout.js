// Where the plate of each face goes: pure geometry. Rectangles are { x, y, width, height } in pixels of the screen.

const GAP = 2;

const overlap = (a, b) =>
  a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP;

const clamp = (value, low, high) => Math.max(Math.min(value, high), low);

/** Places of a plate around a box, the most beautiful first. All are inside the picture. */
function* places({ x, y, width, height }, plate, picture) {
  const within = (left) => clamp(left, 0, picture.width - plate.width);
  const lefts = [within(x), within(x + width - plate.width), within(x + (width - plate.width) / 2)];
  const tops = [y - plate.height - GAP, y + height + GAP];
  if (plate.width <= width && plate.height * 3 <= height) tops.splice(1, 0, y + GAP);
  for (const top of tops) {
    if (top < 0 || top + plate.height > picture.height) continue;
    for (const left of lefts) yield { x: left, y: top, width: plate.width, height: plate.height };
  }
}

/**
 * Find a place for the plate of each face, of the chosen one first, then of the largest.
 *
 * `faces` have a `box` and `plates`, the sizes of their plates, the most wanted first. A plate keeps clear of other
 * plates and of other faces; where there is no such place a face goes without, but for the chosen one.
 * Returns for each face null or `{ version, place }`.
 */
export function arrange(faces, picture, chosen) {
  const area = ({ box }) => box.width * box.height;
  const order = faces.map((_, i) => i).sort((a, b) => (b === chosen) - (a === chosen) || area(faces[b]) - area(faces[a]));
  const taken = [];
  const found = faces.map(() => null);
  for (const i of order) {
    const { box, plates } = faces[i];
    const free = (place) =>
      !taken.some((other) => overlap(place, other)) && !faces.some((face, j) => j !== i && overlap(place, face.box));
    for (const [version, plate] of plates.entries()) {
      if (plate.width > picture.width) continue;
      const place = [...places(box, plate, picture)].find(free);
      if (!place) continue;
      found[i] = { version, place };
      break;
    }
    if (!found[i] && i === chosen) {
      const plate = plates.at(-1);
      const x = clamp(box.x, 0, picture.width - plate.width);
      const y = clamp(box.y - plate.height - GAP, 0, picture.height - plate.height);
      found[i] = { version: plates.length - 1, place: { ...plate, x, y } };
    }
    if (found[i]) taken.push(found[i].place);
  }
  return found;
}
