"use strict";
// Draws the timelines from the numbers in the page. All charts share one view: the stretch of time that is shown, the
// moment looked at, the kind of reading, and the expression that is shown alone, if any. Times are in seconds.

const data = JSON.parse(document.getElementById("data").textContent);
const view = { start: data.start, end: data.end, time: null, kind: "smoothed", only: null };
const charts = [];

const LEFT = 38; // room for the scale
const RIBBON = 14;
const COUNTS = 44;
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Seconds as m:ss.s, from an hour on as h:mm:ss.s. */
function clock(seconds, digits = 1) {
  const unit = 10 ** digits;
  const whole = Math.round(seconds * unit);
  const minutes = Math.floor(whole / (60 * unit));
  const rest = ((whole % (60 * unit)) / unit).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const percent = (share) => `${Math.round(100 * share)}%`;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** What was read of one person, or of all: a value holds until the next, at the end of an appearance for one step. */
class Series {
  constructor({ times, step, gap, counts, ...readings }) {
    Object.assign(this, { times: times.map((t) => t / 1000), step: step / 1000, counts });
    this.readings = readings;
    // Where it ends what was seen without a break: for each value, until when it holds.
    this.until = this.times.map((t, i) => (this.times[i + 1] - t <= gap / 1000 ? this.times[i + 1] : t + this.step));
  }

  probability(i, label) {
    return this.readings[view.kind][i * data.labels.length + label] / 1000;
  }

  probabilities(i) {
    return data.labels.map((_, label) => this.probability(i, label));
  }

  /** How many values have a time of at most this. */
  before(time) {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The value that holds at this moment; -1 if nobody was seen. */
  at(time) {
    const i = this.before(time) - 1;
    return i >= 0 && time < this.until[i] ? i : -1;
  }

  /** The values of the stretch that is shown, a list for each appearance. */
  shown() {
    const last = Math.min(this.before(view.end) + 1, this.times.length);
    const runs = [];
    for (let i = Math.max(this.before(view.start) - 1, 0); i < last; i++) {
      const goesOn = i > 0 && this.until[i - 1] === this.times[i];
      if (runs.length && goesOn) runs.at(-1).push(i);
      else runs.push([i]);
    }
    return runs;
  }

  /** The mean of the values in the stretch that is shown. */
  mean() {
    const first = this.at(view.start) >= 0 ? this.at(view.start) : this.before(view.start);
    const last = this.before(view.end);
    if (first >= last) return null;
    const sums = data.labels.map(() => 0);
    for (let i = first; i < last; i++) sums.forEach((_, label) => (sums[label] += this.probability(i, label)));
    return sums.map((sum) => sum / (last - first));
  }
}

class Chart {
  constructor(figure) {
    this.series = new Series(data.series[figure.dataset.series]);
    this.plot = figure.querySelector(".graph");
    this.when = figure.querySelector(".when");
    this.buttons = [...figure.querySelectorAll(".values button")];
    this.height = Number(figure.dataset.height);
    this.buttons.forEach((button, label) => {
      button.addEventListener("click", () => change({ only: view.only === label ? null : label }));
    });
    this.plot.addEventListener("pointerdown", (event) => this.press(event));
    this.plot.addEventListener("pointermove", (event) => this.move(event));
    this.plot.addEventListener("pointerup", (event) => this.release(event));
    this.plot.addEventListener("pointercancel", () => this.select(null));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  x(time) {
    return ((time - view.start) / (view.end - view.start)) * this.width;
  }

  timeAt(event) {
    const { left, width } = this.plot.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * (LEFT + this.width) - LEFT;
    return view.start + clamp(x / this.width, 0, 1) * (view.end - view.start);
  }

  // -- drawing

  draw() {
    this.width = Math.max(this.plot.clientWidth - LEFT, 1);
    const runs = this.series.shown();
    const counts = this.series.counts ? COUNTS : 0;
    const top = RIBBON + 6;
    const bottom = top + this.height;
    const scale = [0, 0.5, 1].map((share) => {
      const y = bottom - share * this.height;
      return `<path class="grid" d="M${LEFT} ${y}H${LEFT + this.width}"/>
        <text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${percent(share)}</text>`;
    });
    const inner = (y, height, content) =>
      `<svg x="${LEFT}" y="${y}" width="${this.width}" height="${height}">${content}</svg>`;
    const total = bottom + counts + 20;
    this.plot.innerHTML = `<svg viewBox="0 0 ${LEFT + this.width} ${total}" aria-hidden="true">
      ${inner(0, RIBBON, this.ribbon(runs))}
      ${inner(top, this.height, this.areas(runs))}
      ${scale.join("")}
      ${counts ? inner(bottom + 6, counts - 6, this.people(runs, counts - 6)) : ""}
      ${counts ? `<text x="${LEFT - 6}" y="${bottom + 18}" text-anchor="end">${this.most}</text>` : ""}
      ${this.ticks(bottom + counts)}
      ${inner(0, bottom + counts, `<rect class="selection" y="0" height="${bottom + counts}"/>
        <path class="cursor" d="M0 0V${bottom + counts}"/>`)}
    </svg>`;
    this.cursor = this.plot.querySelector(".cursor");
    this.selection = this.plot.querySelector(".selection");
    this.point();
  }

  ribbon(runs) {
    const parts = [];
    for (const run of runs) {
      let open = null;
      for (const i of run) {
        const values = this.series.probabilities(i);
        const label = values.indexOf(Math.max(...values));
        if (open?.label === label) open.end = this.series.until[i];
        else parts.push((open = { label, start: this.series.times[i], end: this.series.until[i] }));
      }
    }
    return parts
      .filter(({ label }) => view.only === null || view.only === label)
      .map(({ label, start, end }) => {
        const width = Math.max(this.x(end) - this.x(start), 0.5).toFixed(2);
        const x = this.x(start).toFixed(2);
        return `<rect x="${x}" width="${width}" height="${RIBBON}" fill="${data.colours[label]}"/>`;
      })
      .join("");
  }

  areas(runs) {
    const paths = data.labels.map(() => "");
    for (const run of runs) {
      const lower = run.map(() => 0);
      const xs = run.map((i) => this.x(this.series.times[i]));
      xs.push(this.x(this.series.until[run.at(-1)]));
      const point = (j, level) => `${xs[j].toFixed(1)} ${((1 - level) * this.height).toFixed(1)}`;
      paths.forEach((_, label) => {
        if (view.only !== null && view.only !== label) return;
        const upper = lower.map((level, j) => level + this.series.probability(run[j], label));
        const edge = (levels) => [...levels, levels.at(-1)].map((level, j) => point(j, level));
        paths[label] += `M${edge(upper).join("L")}L${edge(lower).reverse().join("L")}Z`;
        upper.forEach((level, j) => (lower[j] = level));
      });
    }
    return paths.map((path, label) => `<path fill="${data.colours[label]}" d="${path}"/>`).join("");
  }

  /** Steps of the number of people seen. */
  people(runs, height) {
    this.most = Math.max(...this.series.counts);
    return runs
      .map((run) => {
        const y = (i) => height - (this.series.counts[i] / this.most) * (height - 1);
        const steps = run.map((i) => `V${y(i)}H${this.x(this.series.until[i])}`);
        return `<path class="people" d="M${this.x(this.series.times[run[0]])} ${height}${steps.join("")}V${height}Z"/>`;
      })
      .join("");
  }

  ticks(y) {
    const span = view.end - view.start;
    const step = TICKS.find((tick) => (tick / span) * this.width >= 76) ?? Math.ceil(span / 14400) * 3600;
    const marks = [];
    for (let n = Math.ceil(view.start / step); n * step <= view.end; n++) {
      const x = LEFT + this.x(n * step);
      const anchor = x > LEFT + this.width - 20 ? "end" : "middle";
      marks.push(`<path class="tick" d="M${x} ${y}v4"/>
        <text x="${x}" y="${y + 17}" text-anchor="${anchor}">${clock(n * step, step < 1 ? 1 : 0)}</text>`);
    }
    return marks.join("");
  }

  /** Show the moment that is looked at, or the mean of the stretch if there is none. */
  point() {
    const { time } = view;
    const i = time === null ? -1 : this.series.at(time);
    const values = time === null ? this.series.mean() : i < 0 ? null : this.series.probabilities(i);
    const stretch = `Mean of ${clock(view.start)} to ${clock(view.end)}`;
    const counted = this.series.counts && i >= 0 ? `, ${this.series.counts[i]} seen` : "";
    const nobody = values ? "" : ", not seen";
    this.when.textContent = (time === null ? stretch : clock(time) + counted) + nobody;
    this.buttons.forEach((button, label) => {
      button.querySelector("b").textContent = values ? percent(values[label]) : "–";
      button.querySelector("i").style.width = values ? `${100 * values[label]}%` : "0";
      button.setAttribute("aria-pressed", String(view.only === label));
    });
    const spoken = values ? data.labels.map((label, j) => [values[j], `${label} ${percent(values[j])}`]) : [];
    spoken.sort((a, b) => b[0] - a[0]);
    this.plot.setAttribute("aria-valuemin", view.start.toFixed(1));
    this.plot.setAttribute("aria-valuemax", view.end.toFixed(1));
    this.plot.setAttribute("aria-valuenow", (time ?? view.start).toFixed(1));
    this.plot.setAttribute("aria-valuetext", [this.when.textContent, ...spoken.map(([, text]) => text)].join(", "));
    this.cursor.style.display = time === null ? "none" : "";
    this.cursor.setAttribute("transform", `translate(${this.x(time ?? 0)} 0)`);
  }

  // -- pointer and keys: a mouse that is dragged zooms; a finger that is dragged looks, as it cannot hover

  press(event) {
    if (event.pointerType === "mouse" && event.button === 0) this.from = this.timeAt(event);
    this.plot.setPointerCapture(event.pointerId);
    change({ time: this.timeAt(event) });
  }

  move(event) {
    const time = this.timeAt(event);
    this.select(time);
    change({ time });
  }

  release(event) {
    const time = this.timeAt(event);
    const { from } = this;
    this.select(null);
    if (from === undefined || Math.abs(this.x(time) - this.x(from)) <= 6) return;
    zoomTo(Math.min(from, time), Math.max(from, time));
  }

  /** Mark the stretch from where the mouse was pressed to here; none if there is no here. */
  select(time) {
    if (time === null) this.from = undefined;
    const ends = this.from === undefined ? [0, 0] : [this.x(this.from), this.x(time)];
    this.selection.setAttribute("x", Math.min(...ends));
    this.selection.setAttribute("width", Math.abs(ends[1] - ends[0]));
  }

  key(event) {
    const span = view.end - view.start;
    const now = view.time ?? view.start;
    const small = Math.max(this.series.step, span / 200);
    const large = span / 10;
    const arrows = { ArrowLeft: -small, ArrowRight: small, ArrowDown: -small, ArrowUp: small };
    const steps = { ...arrows, PageDown: -large, PageUp: large };
    const presses = { "+": "in", "=": "in", "-": "out", 0: "all" };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) lookAt(view.time === null ? now : now + steps[event.key]);
    else if (event.key === "Home") lookAt(data.start);
    else if (event.key === "End") lookAt(data.end - this.series.step);
    else if (event.key in presses) zoom(presses[event.key]);
    else if (event.key === "Escape") change({ time: null, only: null });
    else return;
    event.preventDefault();
  }
}

// -- the view that all charts share

function change(changes) {
  const moved = Object.keys(changes).some((name) => name !== "time" && view[name] !== changes[name]);
  Object.assign(view, changes);
  for (const chart of charts) moved ? chart.draw() : chart.point();
  document.getElementById("range").textContent = `${clock(view.start)} to ${clock(view.end)}`;
}

function zoomTo(start, end, time = view.time) {
  const span = clamp(end - start, Math.min(0.5, data.end - data.start), data.end - data.start);
  const from = clamp((start + end - span) / 2, data.start, data.end - span);
  change({ start: from, end: from + span, time });
}

function zoom(way) {
  const { start, end } = view;
  const span = end - start;
  const centre = view.time !== null && view.time >= start && view.time <= end ? view.time : (start + end) / 2;
  if (way === "in") zoomTo(centre - span / 4, centre + span / 4);
  else if (way === "out") zoomTo(centre - span, centre + span);
  else if (way === "earlier") zoomTo(start - span / 2, end - span / 2);
  else if (way === "later") zoomTo(start + span / 2, end + span / 2);
  else zoomTo(data.start, data.end, null);
}

/** Look at a moment; what is shown moves along if it is outside. */
function lookAt(time) {
  const moment = clamp(time, data.start, data.end);
  const off = Math.min(moment - view.start, 0) + Math.max(moment - view.end, 0);
  zoomTo(view.start + off, view.end + off, moment);
}

function goTo(button) {
  const figure = document.querySelector(`[data-series="${button.dataset.of}"]`);
  const time = Number(button.dataset.time);
  zoomTo(time - 5, time + 5, time);
  figure.scrollIntoView({ block: "center" });
  figure.querySelector(".graph").focus({ preventScroll: true });
}

async function saveTable(element) {
  const packed = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const rows = new Response(packed).body.pipeThrough(new DecompressionStream("gzip"));
  const table = new Blob([await new Response(rows).arrayBuffer()], { type: "text/csv" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(table);
  link.download = element.dataset.name;
  link.click();
}

function listen(selector, event, action) {
  document.querySelectorAll(selector).forEach((element) => element.addEventListener(event, () => action(element)));
}

document.querySelectorAll(".timeline").forEach((figure) => charts.push(new Chart(figure)));
listen("[data-zoom]", "click", (button) => zoom(button.dataset.zoom));
listen("[name=kind]", "change", (input) => change({ kind: input.value }));
listen("[data-time]", "click", goTo);
listen("#save", "click", () => saveTable(document.getElementById("rows")));
window.addEventListener("resize", () => charts.forEach((chart) => chart.draw()));
change({});
