// The service as functions. Whatever goes wrong is a Problem, whose code says what.

import { t } from "./words.js";

const TOKEN = "mien-token";

export class Problem extends Error {
  constructor(code, detail = "") {
    super(detail);
    this.code = code;
    this.detail = detail;
  }
}

/** What the service says of itself: colours by label, `max_upload` in bytes, `keep` in seconds. */
export const service = await (await fetch("static/service.json")).json();

export const colour = (label) => service.colours[label] ?? service.colours.neutral;

// -- the token

export const token = () => sessionStorage.getItem(TOKEN);

let asking = null; // one question for all requests that were refused

/** Ask for the token; false if none is given. */
function askToken() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("token");
    const input = dialog.querySelector("input");
    document.getElementById("token-why").textContent = t(token() === null ? "token_why" : "token_wrong");
    input.value = dialog.returnValue = "";
    dialog.showModal();
    const answer = () => {
      const given = dialog.returnValue === "send";
      if (given) sessionStorage.setItem(TOKEN, input.value.trim());
      asking = null;
      resolve(given);
    };
    dialog.addEventListener("close", answer, { once: true });
  });
  return asking;
}

const authorization = () => (token() === null ? {} : { Authorization: `Bearer ${token()}` });

/** The query of a request; what is undefined is left to the service. */
const query = (options) => new URLSearchParams(Object.entries(options).filter(([, value]) => value !== undefined));

// -- requests

/** What a refusal says; `text` need not be a problem, as a proxy may have refused. */
function refusal(status, text) {
  try {
    const { code, detail } = JSON.parse(text);
    return new Problem(code, detail);
  } catch {
    return new Problem({ 401: "unauthorized", 413: "too_large", 503: "overloaded" }[status] ?? "other", `HTTP ${status}`);
  }
}

async function request(path, options = {}) {
  const shown = token();
  let response;
  try {
    response = await fetch(path, { ...options, headers: authorization() });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Problem("offline");
  }
  if (response.ok) return response;
  const problem = refusal(response.status, await response.text());
  // Another request may have brought a token in the meantime.
  if (problem.code === "unauthorized" && (shown !== token() || (await askToken()))) return request(path, options);
  throw problem;
}

function form(file) {
  if (file.size > service.max_upload) {
    throw new Problem("too_large", `${megabytes(file.size)}; ${megabytes(service.max_upload)} at most`);
  }
  const body = new FormData();
  body.append("file", file, file.name);
  return body;
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MB`;

export const getModels = async () => (await request("v1/models")).json();

/** Read a picture: its result as the service gives it. */
export async function analyze(file, options, signal) {
  const response = await request(`v1/analyze?${query(options)}`, { method: "POST", body: form(file), signal });
  return (await response.json()).results[0];
}

/** Send a video; `progress` is called with the share that is sent. */
export function sendVideo(file, options, progress, signal) {
  const body = form(file);
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest(); // fetch does not tell how much is sent
    sending.open("POST", `v1/videos?${query(options)}`);
    for (const [name, value] of Object.entries(authorization())) sending.setRequestHeader(name, value);
    sending.upload.addEventListener("progress", (event) => progress(event.loaded / event.total));
    sending.addEventListener("error", () => reject(new Problem("offline")));
    sending.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    sending.addEventListener("load", async () => {
      if (sending.status === 202) return resolve(JSON.parse(sending.responseText));
      const problem = refusal(sending.status, sending.responseText);
      if (problem.code !== "unauthorized" || !(await askToken())) return reject(problem);
      sendVideo(file, options, progress, signal).then(resolve, reject);
    });
    signal.addEventListener("abort", () => sending.abort());
    sending.send(body);
  });
}

export const getJob = async (id) => (await request(`v1/jobs/${id}`)).json();

export const deleteJob = (id) => request(`v1/jobs/${id}`, { method: "DELETE" });

export const getBlob = async (path) => (await request(path)).blob();

/** A connection for camera frames. */
export function openStream(options) {
  const address = new URL(`v1/stream?${query({ ...options, token: token() ?? undefined })}`, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address);
}
