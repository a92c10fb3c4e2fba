// The page: which of its views is shown, and what comes into it by button, drop and paste.

import { service } from "./api.js";
import { Camera } from "./camera.js";
import { button, sayProblem } from "./panel.js";
import { Pictures } from "./pictures.js";
import { copyTable, saveCsv, saveJson } from "./saving.js";
import { loadSettings, settings } from "./settings.js";
import { Stage } from "./stage.js";
import { jobInAddress, Videos } from "./videos.js";
import { duration, speech, switchLanguage, t } from "./words.js";

const byId = (id) => document.getElementById(id);
const on = (id, event, action) => byId(id).addEventListener(event, action);

const parts = {
  stage: new Stage(byId("stage")),
  panel: byId("panel"),
  caption: byId("caption"),
  announce: (sentence) => (byId("status").textContent = sentence),
  changed: () => showSaving(),
};
const wanted = jobInAddress(); // before anything changes the address
let view = "empty";
let warning = null; // what the alert says

const pictures = new Pictures(parts);
const camera = new Camera({ ...parts, failed: cameraFailed });
const videos = new Videos(parts);

// -- views

function open(next) {
  warn(null);
  if (view === "camera") camera.stop();
  if (view === "pictures" && next !== "pictures") pictures.clear();
  if (view === "video") videos.clear();
  view = document.body.dataset.view = next;
  byId("work").hidden = next !== "pictures" && next !== "camera";
  byId("job").hidden = next !== "video";
  parts.announce("");
  showSaving();
}

function showSaving() {
  const saved = { pictures, camera }[view];
  byId("saving").hidden = !saved?.json.length;
}

function openPictures(files) {
  open("pictures");
  pictures.add(files);
}

function openVideo(file) {
  open("video");
  videos.send(file);
}

function openCamera() {
  open("camera");
  camera.start();
}

/** The camera is off: by wish if there is no problem. */
function cameraFailed(problem) {
  open("empty");
  if (problem) warn(problem, openCamera);
  byId("use-camera").focus();
}

// -- what goes wrong

/** Show a problem above everything; `again` tries what it befell once more. */
function warn(problem, again) {
  warning = problem && { problem, again };
  byId("alert").hidden = !problem;
  if (!problem) return byId("alert").replaceChildren();
  const buttons = [button("close", () => warn(null), "quiet")];
  if (again) buttons.unshift(button("try_again", again));
  byId("alert").replaceChildren(sayProblem(problem, ...buttons));
}

async function begin() {
  warn(null);
  try {
    await loadSettings();
  } catch (problem) {
    warn(problem, begin);
  }
}

// -- what comes in

const VIDEO_NAME = /\.(mp4|m4v|mov|mkv|webm|avi|wmv|flv|mpe?g|ts)$/i;
const isVideo = ({ type, name }) => type.startsWith("video/") || (!type && VIDEO_NAME.test(name));

/** Whatever was dropped or pasted: one video, or pictures. What it is in truth the service says. */
function take(files) {
  const video = files.find(isVideo);
  if (video) openVideo(video);
  else if (files.length) openPictures(files);
}

function fromInput(button, input, action) {
  on(button, "click", () => byId(input).click());
  on(input, "change", () => {
    const files = [...byId(input).files];
    byId(input).value = ""; // so that the same file can be chosen again
    if (files.length) action(files);
  });
}

fromInput("choose-pictures", "picture-files", openPictures);
fromInput("choose-video", "video-file", ([file]) => openVideo(file));
on("use-camera", "click", openCamera);
on("start-over", "click", () => {
  open("empty");
  byId("choose-pictures").focus();
});

const dragging = (event, is) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.toggle("dragging", is);
};
addEventListener("dragover", (event) => dragging(event, true));
addEventListener("dragleave", (event) => event.relatedTarget ?? dragging(event, false));
addEventListener("drop", (event) => {
  dragging(event, false);
  take([...event.dataTransfer.files]);
});
addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) take([...event.clipboardData.files]);
});

// -- what goes out

const saved = () => ({ pictures, camera })[view];
on("save-json", "click", () => saveJson(`${saved().name}.json`, saved().json));
on("save-csv", "click", () => saveCsv(`${saved().name}.csv`, saved().table));
on("copy", "click", async () => {
  try {
    await copyTable(saved().table);
    parts.announce(t("copied"));
    byId("copy").classList.add("done");
    setTimeout(() => byId("copy").classList.remove("done"), 1500);
  } catch (problem) {
    warn(problem);
  }
});

// -- faces, settings and language

parts.stage.addEventListener("choose", ({ detail: i }) => {
  if (view === "camera") camera.choose(camera.faces[i].track);
  else pictures.choose(i);
});
settings.addEventListener("change", () => {
  if (view === "pictures") pictures.readAgain();
  if (view === "camera") camera.reconnect();
});

function sayWhere() {
  const here = /^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);
  const who = t(here ? "where_here" : "where_there");
  byId("where").textContent = t("where", { address: location.origin, keep: duration(service.keep), who });
  byId("language").textContent = t("switch");
  byId("language").lang = t("switch_lang");
}

on("language", "click", switchLanguage);
speech.addEventListener("change", () => {
  sayWhere();
  if (warning) warn(warning.problem, warning.again);
  if (view === "pictures") pictures.sayAgain();
  if (view === "camera") camera.sayAgain();
  if (view === "video") videos.render();
});

sayWhere();
begin();
if (wanted) {
  open("video");
  videos.resume(wanted);
}
