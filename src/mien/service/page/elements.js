// Elements made by hand: content is text or elements, never markup, so no name of a file can turn into some.

function fill(element, attributes, content) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...content);
  return element;
}

export const html = (name, attributes = {}, ...content) => fill(document.createElement(name), attributes, content);

export const svg = (name, attributes = {}, ...content) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, content);

/** Style an element through the DOM, which the page's policy allows. */
export function paint(element, styles) {
  Object.assign(element.style, styles);
  return element;
}
