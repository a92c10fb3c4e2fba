// A video: sent, waited for, and what came of it. Its number is in the page's address, so that a reload finds it again.

import { deleteJob, getBlob, getJob, sendVideo, token } from "./api.js";
import { html } from "./elements.js";
import { button, mayPass, sayProblem } from "./panel.js";
import { saveBlob } from "./saving.js";
import { options } from "./settings.js";
import { moment, percent, t } from "./words.js";

const PAUSE = 600; // milliseconds between two questions
const HASH = /^#video=([\w-]+)$/;

/** The job that the page's address names. */
export const jobInAddress = () => HASH.exec(location.hash)?.[1];

const setAddress = (id) => history.replaceState(null, "", id ? `#video=${id}` : location.pathname + location.search);

export class Videos {
  constructor({ announce }) {
    this.announce = announce;
    this.card = document.getElementById("job");
    this.card.append((this.preview = html("div", { class: "preview" })), (this.report = html("div", { class: "report" })));
    this.clear();
  }

  clear() {
    this.stopping?.abort();
    this.stopping = new AbortController();
    if (this.address) URL.revokeObjectURL(this.address);
    Object.assign(this, { job: null, error: null, sent: 0, deleted: false, address: null, file: null });
    this.preview.replaceChildren();
    this.preview.hidden = true;
    setAddress(null);
  }

  /** Send a video and follow it. */
  async send(file) {
    this.clear();
    this.file = file;
    this.showPreview(file);
    this.render();
    await this.unlessProblem(async ({ signal }) => {
      this.job = await sendVideo(file, options(), (share) => this.progress(share), signal);
      setAddress(this.job.id);
      await this.follow(this.job.id);
    });
  }

  /** Follow a video that was sent before. */
  async resume(id) {
    this.clear();
    setAddress(id);
    await this.unlessProblem(() => this.follow(id));
  }

  async unlessProblem(action) {
    const { stopping } = this;
    this.error = null;
    try {
      await action(stopping);
    } catch (error) {
      if (stopping.signal.aborted) return;
      this.error = error;
      this.render();
    }
  }

  async follow(id) {
    const { signal } = this.stopping;
    for (;;) {
      const job = await getJob(id);
      if (signal.aborted) return;
      const news = job.status !== this.job?.status;
      this.job = job;
      this.render(news);
      if (job.status === "done" || job.status === "failed") return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** End or forget the video, here and on the service. */
  async remove() {
    this.stopping.abort();
    this.stopping = new AbortController();
    await this.unlessProblem(async () => {
      if (this.job) await deleteJob(this.job.id);
      this.deleted = true;
      setAddress(null);
      this.render(true);
    });
  }

  showPreview(file) {
    this.address = URL.createObjectURL(file);
    const video = html("video", { src: this.address, controls: true, muted: true, playsinline: true, "aria-label": file.name });
    video.addEventListener("error", () => this.preview.replaceChildren(html("p", { class: "dim" }, t("no_preview"))));
    this.preview.append(video);
    this.preview.hidden = false;
  }

  progress(share) {
    this.sent = share;
    this.render();
  }

  // -- what is shown

  render(aloud = false) {
    const { job } = this;
    const name = html("h2", { class: "name" }, job?.name ?? this.file?.name ?? "");
    this.report.replaceChildren(name, ...this.body());
    if (aloud) this.announce(this.report.querySelector(".state").innerText);
  }

  body() {
    const { job, error } = this;
    const state = (key) => html("p", { class: "state" }, t(key));
    if (this.deleted) return [state("cancelled")];
    if (error) {
      const again = () => (job ? this.unlessProblem(() => this.follow(job.id)) : this.send(this.file));
      return [sayProblem(error, mayPass(error) && (job || this.file) ? button("try_again", again) : "")];
    }
    if (!job) return [state("uploading"), ...this.bar(this.sent), this.buttons(button("cancel", () => this.remove()))];
    const frames = job.frames ? html("p", { class: "dim" }, t("frames", { n: job.frames })) : "";
    if (job.status === "waiting") return [state("queued"), this.buttons(button("cancel", () => this.remove()))];
    if (job.status === "running") {
      return [state("watching"), ...this.bar(job.progress), frames, this.buttons(button("cancel", () => this.remove()))];
    }
    const forget = button("delete", () => this.remove(), "quiet");
    if (job.status === "failed") {
      const why = { code: job.error.code, detail: job.error.message };
      return [state("failed"), sayProblem(why), this.buttons(forget)];
    }
    const warnings = (job.warnings ?? []).map((text) => html("p", { class: "dim", lang: "en" }, text));
    return [state("done"), frames, ...warnings, ...this.downloads(job.results), this.kept(job), this.buttons(forget)];
  }

  bar(share) {
    const text = typeof share === "number" ? percent(share) : "";
    const bar = html("progress", { value: share ?? undefined, max: 1, "aria-label": t("video") });
    return [html("div", { class: "progress" }, bar, html("span", {}, text))];
  }

  buttons(...content) {
    return html("div", { class: "buttons" }, ...content);
  }

  downloads(results) {
    const stem = this.job.name.replace(/\.[^.]*$/, "");
    const link = (kind, key, style) => {
      const name = kind === "html" ? `${stem}.html` : new URL(results[kind], location).pathname.replace(/.*\/result/, stem);
      const element = html("a", { class: `button ${style}`, href: results[kind] }, t(key));
      if (kind === "html") element.target = "_blank";
      else element.download = name;
      element.addEventListener("click", (event) => this.fetch(event, name));
      return element;
    };
    const tables = [link("csv", "save_csv", ""), link("json", "save_json", ""), link("parquet", "save_parquet", "")];
    return [this.buttons(link("html", "open_report", "primary")), this.buttons(...tables)];
  }

  /** A link cannot show a token, so with one its file is fetched and saved. */
  async fetch(event, name) {
    if (token() === null) return;
    event.preventDefault();
    const { href } = event.currentTarget;
    await this.unlessProblem(async () => saveBlob(name, await getBlob(href)));
  }

  kept({ expires }) {
    if (!expires) return "";
    return html("p", { class: "dim" }, t("kept_until", { when: moment(new Date(expires)) }));
  }
}
