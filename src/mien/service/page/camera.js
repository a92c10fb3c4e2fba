// The camera: its image goes to the service frame by frame, as fast as answers come.

import { getModels, openStream, Problem } from "./api.js";
import { Curves } from "./curves.js";
import { html } from "./elements.js";
import { mirrored, reading } from "./faces.js";
import { button, showFaces, showNothing } from "./panel.js";
import { faceCells, faceColumns } from "./saving.js";
import { options } from "./settings.js";
import { t } from "./words.js";

const UNDER_WAY = 2; // frames: one is read while the next is on its way
const LONGEST_SIDE = 960; // pixels
const PATIENCE = 3000; // milliseconds between two things that screen readers are told

const CLOSINGS = { 1008: "bad_parameter", 1013: "overloaded" };
const REFUSALS = { NotAllowedError: "camera_refused", NotFoundError: "camera_missing", OverconstrainedError: "camera_missing" };

export class Camera {
  constructor({ stage, panel, caption, announce, failed, changed }) {
    Object.assign(this, { stage, panel, caption, announce, failed, changed });
    this.video = stage.video;
    this.canvas = document.createElement("canvas");
    this.curves = new Curves(document.getElementById("curves"), (track) => this.choose(track));
    this.answers = [];
  }

  /** Open a camera, the one towards the person unless another is named. */
  async start(device) {
    this.stop();
    const run = (this.run = {}); // what this start began ends when another one takes its place
    this.stage.source(null);
    this.caption.textContent = t("camera_starting");
    showNothing(this.panel, t("camera_starting"));
    try {
      const media = await openCamera(device);
      if (this.run !== run) return media.getTracks().forEach((track) => track.stop());
      this.media = media;
      this.video.srcObject = media;
      await this.video.play();
      const { facingMode, deviceId } = media.getVideoTracks()[0].getSettings();
      Object.assign(run, { deviceId, mirrored: facingMode !== "environment" });
      this.video.classList.toggle("mirrored", run.mirrored);
      media.getVideoTracks()[0].addEventListener("ended", () => this.fail(run, new Problem("camera_missing")));
      await this.showButtons(run);
      await this.connect(run);
    } catch (error) {
      // A play() that is cut short by stop() is no failure.
      this.fail(run, error instanceof Problem ? error : new Problem("camera_busy", error.message));
    }
  }

  stop() {
    this.run = null;
    this.disconnect();
    this.media?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = this.media = this.rate = null;
    this.forget();
  }

  disconnect() {
    const { socket } = this;
    this.socket = this.connection = null;
    socket?.close();
  }

  forget() {
    this.answers = [];
    this.track = null;
    this.curves.clear();
    this.changed();
  }

  fail(run, problem) {
    if (this.run !== run) return;
    this.stop();
    this.failed(problem);
  }

  async showButtons(run) {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    if (this.run !== run) return;
    this.rate = html("span", {});
    const off = button("camera_off", () => this.failed(null));
    const next = cameras[(cameras.findIndex(({ deviceId }) => deviceId === run.deviceId) + 1) % cameras.length];
    const other = cameras.length > 1 ? button("camera_other", () => this.start(next.deviceId)) : "";
    this.caption.replaceChildren(off, other, this.rate);
  }

  /** Connect anew, as the model or the label set is another. */
  reconnect() {
    this.disconnect();
    this.forget();
    this.connect(this.run).catch((error) => this.fail(this.run, error));
  }

  async connect(run) {
    const connection = (this.connection = {});
    const current = () => this.connection === connection;
    // A socket does not say why it is refused; this request does, and asks for a token.
    await getModels();
    if (!current()) return;
    const socket = (this.socket = openStream(options()));
    let sent = 0;
    let answered = 0;
    let encoding = false;

    const send = () => {
      if (!current() || socket.readyState > WebSocket.OPEN) return;
      onNextFrame(this.video, send);
      if (socket.readyState !== WebSocket.OPEN || encoding || sent - answered >= UNDER_WAY || !this.grab()) return;
      encoding = true;
      const encoded = (blob) => {
        encoding = false;
        if (!blob || socket.readyState !== WebSocket.OPEN) return;
        socket.send(blob);
        sent += 1;
      };
      this.canvas.toBlob(encoded, "image/jpeg", 0.85);
    };
    socket.addEventListener("message", ({ data }) => {
      if (!current()) return;
      const answer = JSON.parse(data);
      answered = answer.frame + 1;
      if (!answer.error) this.take(answer);
    });
    let code = "offline";
    socket.addEventListener("open", () => (code = "stream_ended"));
    socket.addEventListener("close", (event) => {
      if (!current()) return;
      // The service hangs up on a page that sends nothing because nobody looks at it.
      if (document.hidden) document.addEventListener("visibilitychange", () => current() && this.reconnect(), { once: true });
      else this.fail(run, new Problem(CLOSINGS[event.code] ?? code, event.reason));
    });
    send();
  }

  /** The camera's image on the canvas; false if there is none yet. */
  grab() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return false;
    const scale = Math.min(LONGEST_SIDE / Math.max(width, height), 1);
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return true;
  }

  take(answer) {
    const first = this.answers.length === 0;
    this.answers.push({ ...answer, arrived: performance.now() });
    while (this.answers[0].time < answer.time - 60) this.answers.shift();
    this.curves.add(answer);
    this.render();
    if (first) this.changed();
  }

  choose(track) {
    this.track = track;
    this.render();
  }

  /** Show the newest answer. */
  render() {
    const answer = this.answers.at(-1);
    if (!answer) return;
    const { width, height } = answer;
    const faces = answer.faces.map((face) => (this.run.mirrored ? mirrored(face, width) : face));
    faces.sort((a, b) => a.box[0] - b.box[0]);
    this.track ??= faces[0]?.track;
    const chosen = Math.max(faces.findIndex(({ track }) => track === this.track), 0);
    this.faces = faces;
    this.stage.show({ width, height, faces, chosen });
    this.curves.draw(faces[chosen]?.track);
    this.rate.textContent = t("rate", { n: this.perSecond() });
    if (!faces.length) return showNothing(this.panel, t("no_face"), t("no_face_how"));
    const who = t("person", { n: faces[chosen].track });
    showFaces(this.panel, { faces, chosen, labels: Object.keys(faces[0].probabilities) }, null, who);
    this.tell(`${who}: ${reading(faces[chosen])}`, `${who} ${faces[chosen].label}`);
  }

  /** Tell screen readers, but neither often nor twice. */
  tell(sentence, essence) {
    const now = performance.now();
    if (essence === this.told || now - (this.toldAt ?? 0) < PATIENCE) return;
    Object.assign(this, { told: essence, toldAt: now });
    this.announce(sentence);
  }

  /** Say all again, as the language is another. */
  sayAgain() {
    if (this.rate) this.showButtons(this.run);
    this.render();
  }

  perSecond() {
    const since = performance.now() - 2000;
    return Math.round(this.answers.filter(({ arrived }) => arrived > since).length / 2);
  }

  // -- what can be saved

  get name() {
    return "mien-camera";
  }

  get json() {
    return this.answers.map(({ arrived, ...answer }) => answer);
  }

  get table() {
    const labels = [...new Set(this.answers.flatMap(({ faces }) => faces.flatMap((face) => Object.keys(face.probabilities))))];
    const cells = ({ time, faces }) => faces.map((face) => [time, face.track, ...faceCells(labels, face)]);
    return [["time", "track", ...faceColumns(labels)], ...this.answers.flatMap(cells)];
  }
}

async function openCamera(device) {
  if (!navigator.mediaDevices) throw new Problem("camera_insecure");
  const which = device ? { deviceId: { exact: device } } : { facingMode: "user" };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, ...which } });
  } catch (error) {
    throw new Problem(REFUSALS[error.name] ?? "camera_busy", error.message);
  }
}

/** Call back when the video has another frame. */
function onNextFrame(video, callback) {
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(callback);
  else requestAnimationFrame(callback);
}
