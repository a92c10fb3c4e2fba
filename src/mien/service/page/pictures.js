// Pictures: sent one by one, two at a time; a strip to choose among them.

import { analyze } from "./api.js";
import { html } from "./elements.js";
import { inReadingOrder, reading } from "./faces.js";
import { button, mayPass, sayProblem, showFaces, showNothing } from "./panel.js";
import { faceCells, faceColumns } from "./saving.js";
import { options } from "./settings.js";
import { t } from "./words.js";

const AT_ONCE = 2;

export class Pictures {
  constructor({ stage, panel, caption, announce, changed }) {
    Object.assign(this, { stage, panel, caption, announce, changed });
    this.strip = document.getElementById("strip");
    this.strip.addEventListener("keydown", (event) => this.key(event));
    this.clear();
  }

  clear() {
    this.stopping?.abort();
    for (const { address } of this.items ?? []) URL.revokeObjectURL(address);
    this.items = [];
    this.queue = [];
    this.working = 0;
    this.stopping = new AbortController();
    this.current = null;
    this.strip.replaceChildren();
    this.strip.hidden = true;
  }

  add(files) {
    const items = files.map((file) => ({ file, address: URL.createObjectURL(file), faces: null, error: null, chosen: 0 }));
    this.items.push(...items);
    this.strip.append(...items.map((item) => this.thumbnail(item)));
    this.strip.hidden = this.items.length < 2;
    this.open(items[0]);
    this.read(items);
  }

  /** Read all again, as the model or the label set is another. */
  readAgain() {
    this.stopping.abort();
    this.stopping = new AbortController();
    this.queue = [];
    this.working = 0;
    this.read(this.items);
  }

  read(items) {
    this.queue.push(...items);
    for (const item of items) item.error = null;
    this.render();
    const { signal } = this.stopping;
    while (this.working < AT_ONCE && this.queue.length) {
      this.working += 1;
      this.work(signal).finally(() => (this.working -= signal.aborted ? 0 : 1));
    }
  }

  /** Read one picture after the other until none waits. */
  async work(signal) {
    while (!signal.aborted && this.queue.length) {
      const item = this.queue.shift();
      try {
        item.result = await analyze(item.file, options(), signal);
        item.faces = inReadingOrder(item.result.faces);
        item.chosen = Math.min(item.chosen, Math.max(item.faces.length - 1, 0));
      } catch (error) {
        if (error.name === "AbortError") return;
        item.error = error;
      }
      this.mark(item);
      if (item === this.current) this.render(true);
      this.changed();
    }
  }

  open(item) {
    this.current = item;
    this.stage.source(item.address, item.file.name);
    this.caption.textContent = item.file.name;
    this.items.forEach((each) => this.mark(each));
    item.thumbnail.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    this.render(true);
  }

  choose(i) {
    this.current.chosen = i;
    this.render(true);
  }

  /** Show the picture that is open; `aloud` if screen readers are to hear of it. */
  render(aloud = false) {
    const { faces, error, result, chosen } = this.current;
    if (error) {
      const again = mayPass(error) ? button("try_again", () => this.read([this.current])) : "";
      this.panel.replaceChildren(sayProblem(error, again));
      this.stage.clear();
      if (aloud) this.announce(this.panel.innerText);
      return;
    }
    if (!faces) return showNothing(this.panel, t("waiting"));
    const { width, height } = result;
    this.stage.show({ width, height, faces, chosen });
    if (!faces.length) {
      showNothing(this.panel, t("no_face"), t("no_face_how"));
      if (aloud) this.announce(t("no_face"));
      return;
    }
    const labels = Object.keys(faces[0].probabilities);
    const who = t("face_of", { n: chosen + 1, count: faces.length });
    showFaces(this.panel, { faces, chosen, labels }, (i) => this.choose(i), who);
    if (aloud) this.announce(t("face_here", { n: chosen + 1, count: faces.length, what: reading(faces[chosen]) }));
  }

  /** Say all again, as the language is another. */
  sayAgain() {
    this.items.forEach((item) => this.mark(item));
    this.render();
  }

  // -- the strip

  thumbnail(item) {
    const picture = html("img", { src: item.address, alt: "", loading: "lazy", onerror: () => picture.remove() });
    item.thumbnail = html("button", { type: "button", onclick: () => this.open(item) }, picture, html("b"));
    return item.thumbnail;
  }

  mark({ thumbnail, file, faces, error, ...item }) {
    const open = this.current?.thumbnail === thumbnail;
    const said = error ? t("faces_not_read") : faces ? t("faces", { n: faces.length }) : t("waiting");
    thumbnail.lastChild.textContent = error ? "!" : (faces?.length ?? "…");
    thumbnail.classList.toggle("failed", Boolean(error));
    thumbnail.ariaLabel = `${file.name}: ${said}`;
    thumbnail.title = file.name;
    thumbnail.ariaPressed = String(open);
    thumbnail.tabIndex = open ? 0 : -1;
  }

  key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = this.items[this.items.indexOf(this.current) + way];
    if (!next) return;
    event.preventDefault();
    this.open(next);
    next.thumbnail.focus();
  }

  // -- what can be saved

  get json() {
    return this.items.filter(({ faces, error }) => faces && !error).map(({ result }) => result);
  }

  get name() {
    return this.items.length === 1 ? this.items[0].file.name.replace(/\.[^.]*$/, "") : "mien";
  }

  get table() {
    const labels = [...new Set(this.json.flatMap(({ faces }) => faces.flatMap((face) => Object.keys(face.probabilities))))];
    const rows = this.json.flatMap(({ image, faces }) => faces.map((face) => [image, ...faceCells(labels, face)]));
    return [["image", ...faceColumns(labels)], ...rows];
  }
}
