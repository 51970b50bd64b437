"use strict";
// The page's data, and how it becomes text and elements. Text only ever becomes text nodes and attributes,
// never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const HOUR = 3600, DAY = 24 * HOUR, SVG = "http://www.w3.org/2000/svg";
const clock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: data.timezone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});

const time = (epoch) => (epoch === null ? "–" : clock.format(new Date(epoch * 1000)));
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

function span(seconds) {
  if (seconds >= 3 * DAY) return `${Math.floor(seconds / DAY)} days`;
  if (seconds >= HOUR) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.max(0, Math.floor(seconds / 60))} min`;
}

// Long names may break after a separator, never inside a word.
const breakable = (name) => name.split(/(?<=[/.:-])/).flatMap((part, at) => (at ? [element("wbr"), part] : [part]));

function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
