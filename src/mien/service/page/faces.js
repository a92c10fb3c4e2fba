// What can be said of faces: their order, their expressions, the head.

import { expression, percent, t } from "./words.js";

const middle = ({ box: [left, top, right, bottom] }) => ({ x: (left + right) / 2, y: (top + bottom) / 2 });

/** Faces as one reads a page: row by row, each from left to right. */
export function inReadingOrder(faces) {
  const rows = [];
  for (const face of [...faces].sort((a, b) => middle(a).y - middle(b).y)) {
    const row = rows.at(-1);
    const height = face.box[3] - face.box[1];
    if (row && middle(face).y - middle(row[0]).y < height / 2) row.push(face);
    else rows.push([face]);
  }
  return rows.flatMap((row) => row.sort((a, b) => middle(a).x - middle(b).x));
}

/** The nearest face above (`way` -1) or below (1) one; the one itself if there is none. */
export function nearestAcross(faces, chosen, way) {
  const from = middle(faces[chosen]);
  const far = (face) => {
    const { x, y } = middle(face);
    const along = (y - from.y) * way;
    return along > (face.box[3] - face.box[1]) / 2 ? along + 2 * Math.abs(x - from.x) : Infinity;
  };
  const best = faces.map((face, i) => [far(face), i]).reduce((a, b) => (b[0] < a[0] ? b : a));
  return best[0] === Infinity ? chosen : best[1];
}

export const share = (face) => face.probabilities[face.label];

/** "Happy 98%" */
export const reading = (face) => `${expression(face.label)} ${percent(share(face))}`;

/** Which expressions are seen, the most frequent first: label and number of faces. */
export function tally(faces) {
  const counts = new Map();
  for (const { label } of faces) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** How the head is turned, in words; sides are those of the picture. */
export function describePose({ yaw, pitch, roll }) {
  const side = (angle, one, other) => t(angle < 0 ? one : other, { n: Math.abs(Math.round(angle)) });
  return [side(yaw, "left", "right"), side(pitch, "down", "up"), side(roll, "tilted_left", "tilted_right")].join(t("comma"));
}

/** A face as a mirror shows it, in a picture of this width. */
export function mirrored({ box: [left, top, right, bottom], pose, ...face }, width) {
  const turned = pose && { yaw: -pose.yaw, pitch: pose.pitch, roll: -pose.roll };
  return { ...face, box: [width - right, top, width - left, bottom], pose: turned };
}
