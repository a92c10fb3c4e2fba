// The last minute of each person before the camera: what was read, as areas one on the other.

import { colour } from "./api.js";
import { html } from "./elements.js";
import { reading, share } from "./faces.js";
import { expression, t } from "./words.js";

const SECONDS = 60; // that are shown at most
const FEWEST_SECONDS = 10; // that are shown, as the first moments would be too wide
const GAP = 1; // seconds: a longer time without a reading is a break
const PASSING = 2; // seconds: who was there for less is forgotten when gone
const MOST_PEOPLE = 6; // unless more are there at once

export class Curves {
  constructor(root, choose) {
    Object.assign(this, { root, choose });
    this.list = html("div", { class: "people" });
    this.axis = html("p", { class: "axis dim", "aria-hidden": "true" });
    root.append(this.list, this.axis);
    this.clear();
  }

  clear() {
    this.people = new Map();
    this.list.replaceChildren();
    this.root.hidden = true;
  }

  /** Take in one answer of the service. */
  add({ time, faces }) {
    this.now = time;
    for (const face of [...faces].sort((a, b) => a.track - b.track)) {
      if (!this.people.has(face.track)) this.people.set(face.track, this.newPerson(face.track));
      this.people.get(face.track).seen.push({ time, face });
    }
    for (const { seen } of this.people.values()) while (seen[0]?.time < time - SECONDS) seen.shift();
    this.forgetSome();
    const first = Math.min(...[...this.people.values()].map(({ seen }) => seen[0].time));
    this.seconds = Math.max(Math.min(Math.ceil(time - first), SECONDS), FEWEST_SECONDS);
    this.root.hidden = !this.people.size;
  }

  /** Let go of those who only passed, and of those who are away longest if there are many. */
  forgetSome() {
    const last = ({ seen }) => seen.at(-1)?.time ?? -Infinity;
    const away = [...this.people.values()].filter((person) => last(person) < this.now).sort((a, b) => last(a) - last(b));
    for (const person of away) {
      const passed = person.seen.length === 0 || last(person) - person.seen[0].time < PASSING;
      const recent = this.now - last(person) < GAP;
      if ((!passed || recent) && this.people.size <= MOST_PEOPLE) continue;
      person.button.remove();
      this.people.delete(person.track);
    }
  }

  newPerson(track) {
    const canvas = html("canvas", { "aria-hidden": "true" });
    const [who, what] = [html("b"), html("span", { class: "dim" })];
    const button = html("button", { type: "button", onclick: () => this.choose(track) }, html("span", {}, who, what), canvas);
    this.list.append(button);
    return { track, button, canvas, who, what, seen: [] };
  }

  draw(chosen) {
    this.axis.replaceChildren(html("span", {}, t("ago", { n: this.seconds })), html("span", {}, t("now")));
    for (const person of this.people.values()) {
      const { time, face } = person.seen.at(-1);
      person.who.textContent = t("person", { n: person.track });
      person.what.textContent = time === this.now ? reading(face) : t("not_seen");
      person.button.ariaPressed = String(person.track === chosen);
      person.button.ariaLabel = t("over_time", {
        who: person.who.textContent,
        what: expression(mostly(person.seen)),
        seconds: this.seconds,
      });
      this.paint(person);
    }
  }

  paint({ canvas, seen }) {
    const { clientWidth: width, clientHeight: height } = canvas;
    const ratio = devicePixelRatio;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const x = (time) => width * (1 + (time - this.now) / this.seconds);
    for (const run of unbroken(seen)) {
      const xs = run.map(({ time }) => x(time));
      let lower = run.map(() => height);
      for (const label of Object.keys(run[0].face.probabilities)) {
        const upper = lower.map((level, i) => level - height * run[i].face.probabilities[label]);
        pen.fillStyle = colour(label);
        pen.beginPath();
        xs.forEach((at, i) => pen.lineTo(at, upper[i]));
        for (let i = xs.length - 1; i >= 0; i--) pen.lineTo(xs[i], lower[i]);
        pen.fill();
        lower = upper;
      }
    }
  }
}

/** The expression that has had the largest share. */
function mostly(seen) {
  const sums = {};
  for (const { face } of seen) sums[face.label] = (sums[face.label] ?? 0) + share(face);
  return Object.entries(sums).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function unbroken(seen) {
  const runs = [];
  for (const [i, reading] of seen.entries()) {
    if (i && reading.time - seen[i - 1].time <= GAP) runs.at(-1).push(reading);
    else runs.push([reading]);
  }
  return runs;
}
