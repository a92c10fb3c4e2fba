// What is on the screen as a file or on the clipboard. A table is a list of rows, the first of which has the names.

import { Problem } from "./api.js";

export function saveBlob(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of the content by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export const saveJson = (name, content) =>
  saveBlob(name, new Blob([`${JSON.stringify(content, null, 1)}\n`], { type: "application/json" }));

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell);

/** RFC 4180, as Python's csv module writes it. */
export const saveCsv = (name, table) =>
  saveBlob(name, new Blob(table.map((row) => `${row.map(quoted).join(",")}\r\n`), { type: "text/csv" }));

/** Tabs between the columns are what spreadsheets paste. */
export async function copyTable(table) {
  const text = table.map((row) => row.map((cell) => String(cell).replace(/[\t\r\n]/g, " ")).join("\t")).join("\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Problem("not_copied");
  }
}

const POSE = ["yaw", "pitch", "roll"];

/** The columns of a face, and their values. */
export const faceColumns = (labels) => ["x1", "y1", "x2", "y2", "score", "label", ...labels, ...POSE];

export const faceCells = (labels, { box, score, label, probabilities, pose }) => [
  ...box,
  score,
  label,
  ...labels.map((name) => probabilities[name]),
  ...POSE.map((angle) => pose?.[angle] ?? ""),
];
