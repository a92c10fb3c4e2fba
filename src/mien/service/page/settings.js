// The model and the label set that are read with.

import { getModels } from "./api.js";
import { labelSet, speech } from "./words.js";

const model = document.getElementById("model");
const labels = document.getElementById("label-set");
let models = [];

/** Tells of a `change` of either. */
export const settings = new EventTarget();

/** What to ask the service for; empty, which is the service's own choice, until its models are known. */
export const options = () => (models.length ? { model: model.value, label_set: labels.value } : {});

const choices = (names, title) => names.map((name) => new Option(title(name), name));

function showLabelSets() {
  const chosen = labels.value;
  const offered = models.find(({ name }) => name === model.value).label_sets;
  labels.replaceChildren(...choices(offered, labelSet));
  labels.value = offered.includes(chosen) ? chosen : offered[0];
}

/** Ask the service what it has. */
export async function loadSettings() {
  ({ models } = await getModels());
  const names = models.map(({ name }) => name);
  model.replaceChildren(...choices(names, String));
  model.value = models.find((each) => each.default).name;
  showLabelSets();
  model.disabled = labels.disabled = false;
}

model.addEventListener("change", () => {
  showLabelSets();
  settings.dispatchEvent(new Event("change"));
});
labels.addEventListener("change", () => settings.dispatchEvent(new Event("change")));
speech.addEventListener("change", () => models.length && showLabelSets());
