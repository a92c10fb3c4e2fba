// What is said beside the picture: the chosen face, all faces together, or why there is nothing to say.

import { colour } from "./api.js";
import { html, paint, svg } from "./elements.js";
import { describePose, share, tally } from "./faces.js";
import { expression, percent, problem, t } from "./words.js";

const dot = (label) => paint(html("span", { class: "dot" }), { background: colour(label) });

function bar(label, value, top) {
  const filled = paint(html("i"), { width: `${100 * value}%`, background: colour(label) });
  return html(
    "li",
    { class: top ? "top" : "" },
    html("span", {}, expression(label)),
    html("span", { class: "track", "aria-hidden": "true" }, filled),
    html("b", {}, percent(value)),
  );
}

/** An egg with the lines that run down and across a face, turned as the head is. */
function head({ yaw, pitch, roll }) {
  const reach = (degrees) => 20 * Math.sin((degrees * Math.PI) / 180);
  const lines = svg("path", { d: `M0-10Q${0.8 * reach(yaw)} 0 0 10M-8 0Q0 ${-reach(pitch)} 8 0` });
  const turned = svg("g", { transform: `rotate(${roll})` }, svg("ellipse", { rx: 8, ry: 10 }), lines);
  return svg("svg", { viewBox: "-12 -12 24 24", "aria-hidden": "true" }, turned);
}

/** One bar for all faces, and what its colours stand for. */
function crowd(faces) {
  const counts = tally(faces);
  const shares = html("div", { class: "shares", "aria-hidden": "true" });
  for (const [label, count] of counts) {
    shares.append(paint(html("i"), { width: `${(100 * count) / faces.length}%`, background: colour(label) }));
  }
  const legend = counts.map(([label, count]) =>
    html("li", {}, dot(label), expression(label), html("b", {}, String(count))),
  );
  return [html("h3", {}, t("crowd", { n: faces.length })), shares, html("ul", { class: "legend" }, ...legend)];
}

const step = (sign, name, choose, target, disabled) =>
  html("button", { type: "button", "aria-label": t(name), disabled, onclick: () => choose(target) }, sign);

/** Say what was read. `choose`, if one can go on from face to face here, is called with the next; `who` names the face. */
export function showFaces(panel, { faces, chosen, labels }, choose, who) {
  const face = faces[chosen];
  const several = faces.length > 1;
  const focused = panel.contains(document.activeElement) ? document.activeElement.ariaLabel : null;
  const bars = labels.map((label) => bar(label, face.probabilities[label], label === face.label));
  panel.replaceChildren(
    html(
      "div",
      { class: "who" },
      html("p", { class: "dim" }, who),
      several && choose
        ? html(
            "div",
            { class: "steps" },
            step("‹", "previous", choose, chosen - 1, chosen === 0),
            step("›", "next", choose, chosen + 1, chosen === faces.length - 1),
          )
        : "",
    ),
    html("h2", { class: "label" }, dot(face.label), expression(face.label), html("b", {}, percent(share(face)))),
    face.unsure ? html("p", { class: "unsure" }, t("unsure")) : "",
    html("ul", { class: "bars" }, ...bars),
  );
  if (face.pose) {
    const text = html("span", {}, html("span", { class: "dim" }, t("pose")), describePose(face.pose));
    panel.append(html("div", { class: "pose" }, head(face.pose), text));
  }
  if (several) panel.append(html("div", { class: "crowd" }, ...crowd(faces)));
  if (focused) [...panel.querySelectorAll("button")].find((button) => button.ariaLabel === focused)?.focus();
}

/** Say that there is no face, or that one is waited for. */
export function showNothing(panel, title, text = "") {
  panel.replaceChildren(html("div", { class: "nothing" }, html("h2", {}, title), text && html("p", { class: "dim" }, text)));
}

const LASTING = ["unreadable_image", "unreadable_video", "image_too_large", "too_large", "unsupported_media_type"];

/** Whether it may help to try again. */
export const mayPass = ({ code }) => !LASTING.includes(code);

/** The sentence of a problem in the page's language, the service's own below, and what can be done. */
export function sayProblem(error, ...buttons) {
  const detail = error.detail ? html("p", { class: "detail", lang: "en" }, error.detail) : "";
  return html(
    "div",
    { class: "problem" },
    html("div", {}, html("p", {}, html("strong", {}, problem(error.code))), detail),
    html("div", { class: "buttons" }, ...buttons),
  );
}

export const button = (key, action, kind = "") =>
  html("button", { type: "button", class: kind, onclick: action }, t(key));
