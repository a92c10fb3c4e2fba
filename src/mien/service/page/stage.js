// The picture or the camera's image, with boxes and plates on it. Faces are chosen by pointer and by arrow keys.

import { colour } from "./api.js";
import { svg } from "./elements.js";
import { nearestAcross, reading } from "./faces.js";
import { arrange } from "./layout.js";
import { expression, t } from "./words.js";

const FONT = "600 13px system-ui, sans-serif";
const PLATE = { height: 21, padding: 7 };
const LARGEST = 4; // times: small pictures are shown larger, but not a blur

const pen = document.createElement("canvas").getContext("2d");

const rounded = ({ x, y, width, height }, grow, others) =>
  svg("rect", {
    x: x - grow,
    y: y - grow,
    width: Math.max(width + 2 * grow, 1),
    height: Math.max(height + 2 * grow, 1),
    rx: 4 + grow,
    ...others,
  });

export class Stage extends EventTarget {
  constructor(figure) {
    super();
    this.frame = figure.querySelector(".frame");
    this.image = figure.querySelector("img");
    this.video = figure.querySelector("video");
    this.overlay = figure.querySelector("svg");
    this.figure = figure;
    this.shown = null;
    this.overlay.addEventListener("keydown", (event) => this.key(event));
    this.overlay.addEventListener("pointerdown", (event) => this.point(event));
    this.image.addEventListener("error", () => (this.image.hidden = true));
    this.image.addEventListener("load", () => {
      const { naturalWidth: width, naturalHeight: height } = this.image;
      if (!this.shown) this.show({ width, height, faces: [], chosen: 0 });
    });
    new ResizeObserver(() => this.draw()).observe(figure);
    addEventListener("resize", () => this.draw());
  }

  /** Show a picture, or the camera's image if there is no address. */
  source(address, name) {
    this.image.hidden = !address;
    this.video.hidden = Boolean(address);
    this.image.alt = name ?? "";
    if (address) this.image.src = address;
    else this.image.removeAttribute("src");
    this.clear();
  }

  clear() {
    this.shown = null;
    this.overlay.replaceChildren();
    this.overlay.removeAttribute("tabindex");
  }

  /** Mark faces, whose order is that of the arrow keys. `width` and `height` are of what their boxes refer to. */
  show({ width, height, faces, chosen }) {
    this.shown = { width, height, faces, chosen };
    this.draw();
  }

  draw() {
    if (!this.shown) return;
    const { width, height, faces, chosen } = this.shown;
    const room = { width: this.figure.clientWidth, height: Math.max(innerHeight * (this.video.hidden ? 0.66 : 0.5), 260) };
    const scale = Math.min(room.width / width, room.height / height, LARGEST);
    const picture = { width: Math.round(width * scale), height: Math.round(height * scale) };
    this.frame.style.width = `${picture.width}px`;
    this.frame.style.height = `${picture.height}px`;
    this.overlay.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
    if (faces.length) this.overlay.setAttribute("tabindex", "0");
    else this.overlay.removeAttribute("tabindex");

    pen.font = FONT;
    const plate = (text) => ({ width: Math.ceil(pen.measureText(text).width) + 2 * PLATE.padding, height: PLATE.height });
    // The chosen face says all.
    const texts = faces.map((face, i) => (i === chosen ? [reading(face)] : [reading(face), expression(face.label)]));
    const boxes = faces.map(({ box: [left, top, right, bottom] }) => ({
      x: left * scale,
      y: top * scale,
      width: (right - left) * scale,
      height: (bottom - top) * scale,
    }));
    const wishes = boxes.map((box, i) => ({ box, plates: texts[i].map(plate) }));
    const plates = arrange(wishes, picture, chosen);
    const drawn = faces.map((face, i) => this.drawFace(face, i, boxes[i], plates[i], texts[i]));
    // What is drawn last is on top.
    this.overlay.replaceChildren(...drawn.filter((_, i) => i !== chosen), ...drawn.filter((_, i) => i === chosen));
    if (faces.length) this.overlay.setAttribute("aria-activedescendant", `face-${chosen}`);
  }

  drawFace(face, i, box, plate, texts) {
    const { faces, chosen } = this.shown;
    const selected = i === chosen;
    const fill = colour(face.label);
    const name = t("face_here", { n: i + 1, count: faces.length, what: reading(face) });
    const group = svg(
      "g",
      { id: `face-${i}`, role: "option", "aria-selected": String(selected), "aria-label": name, "data-face": i, class: "face" },
      svg("title", {}, reading(face)),
      rounded(box, 0, { class: "halo" }),
      rounded(box, 0, { class: "box", stroke: fill }),
    );
    if (selected) group.append(rounded(box, 3, { class: "ring" }));
    if (plate) {
      const { x, y, height } = plate.place;
      const text = { class: "plate", x: x + PLATE.padding, y: y + height / 2, "dominant-baseline": "central" };
      group.append(rounded(plate.place, 0, { fill }), svg("text", text, texts[plate.version]));
    }
    return group;
  }

  choose(i) {
    this.dispatchEvent(new CustomEvent("choose", { detail: i }));
  }

  point(event) {
    const face = event.target.closest("[data-face]");
    if (face) this.choose(Number(face.dataset.face));
  }

  key(event) {
    if (!this.shown?.faces.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const { faces, chosen } = this.shown;
    const last = faces.length - 1;
    const moves = {
      ArrowLeft: () => chosen - 1,
      ArrowRight: () => chosen + 1,
      ArrowUp: () => nearestAcross(faces, chosen, -1),
      ArrowDown: () => nearestAcross(faces, chosen, 1),
      Home: () => 0,
      End: () => last,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = Math.min(Math.max(moves[event.key](), 0), last);
    if (next !== chosen) this.choose(next);
  }
}
