// Recovery points: read chunk by chunk when needed, drawn on a line, listed with their reasons.
const chunks = new Map();

function detailsOf(claim) {
  const number = Math.floor(claim.number / data.chunk);
  if (!chunks.has(number)) {
    const block = document.getElementById(`points-${number}`);
    if (!block) return null; // still being read
    chunks.set(number, JSON.parse(block.textContent));
  }
  const chunk = chunks.get(number);
  const [command, trouble, points, files] = chunk.claims[claim.number % data.chunk];
  return {
    command, trouble, files,
    points: points.map(([slot, policy, state, fate, reasons, size, snapshot, held, trouble, checked]) => ({
      slot, policy: chunk.texts[policy], state: data.pointStates[state], fate: data.fates[fate],
      reasons: reasons.map((text) => chunk.texts[text]), size, snapshot, held, trouble,
      checked: chunk.texts[checked],
    })),
  };
}

// Ages are drawn on a logarithm: hours matter near the present, months far from it.
const place = (slot, oldest) =>
  1 - Math.log1p(Math.max(0, data.at - slot) / HOUR) / Math.log1p(Math.max(HOUR, data.at - oldest) / HOUR);

function kind(point) {
  if (point.state === "failed" || point.state === "pending") return point.state;
  return { stays: "stays", "goes next": "next", goes: "goes" }[point.fate];
}

// One scale for all rows, a year from left to right: missing recent points show as a gap.
function strip(points) {
  const oldest = data.at - 366 * DAY;
  const dots = points.map((point) => drawn("circle", {
    class: `dot ${kind(point)}`, cx: (4 + 136 * Math.max(0, place(point.slot, oldest))).toFixed(1), cy: 9, r: 3.2,
  }));
  return drawn("svg", { class: "strip", viewBox: "0 0 144 18", "aria-hidden": "true" }, ...dots.reverse());
}

// A bar for each day, the oldest first; `?` is a day without remaining points whose runs were not read.
const DAY_KINDS = { g: ["good", "with a good point"], f: ["failed", "with only failures"], "-": ["none", "without a backup"],
  "?": ["unknown", "unknown"] };

function past(days, named = false) {
  const told = Object.entries(DAY_KINDS).map(([letter, [, words]]) => [days.split(letter).length - 1, words])
    .filter(([number]) => number).map(([number, words]) => `${number} ${words}`).join(", ");
  const bars = [...days].map((letter, at) => {
    const [kind, words] = DAY_KINDS[letter];
    const date = time(data.at - (days.length - 1 - at) * DAY).slice(0, 10);
    return drawn("rect", { class: kind, x: 4 * at, y: 0, width: 3, height: 10 }, drawn("title", {}, `${date} ${words}`));
  });
  const svg = drawn("svg", {
    class: "days", viewBox: `0 0 ${4 * days.length} 10`, preserveAspectRatio: "none", role: "img",
    "aria-label": `Last ${days.length} days: ${told}`,
  }, ...bars);
  return named ? element("div", { class: "past" }, svg, element("span", { class: "quiet" }, `Last ${days.length} days: ${told}`)) : svg;
}

// Drawn at its displayed width, so that text keeps its size on a phone.
function timeline(points) {
  const oldest = Math.min(...points.map((point) => point.slot));
  const wide = Math.max(260, Math.min(1000, rows.clientWidth - 40));
  const x = (slot) => 10 + (wide - 20) * place(slot, oldest);
  const ticks = [[HOUR, "1 h"], [6 * HOUR, "6 h"], [DAY, "1 day"], [7 * DAY, "1 week"], [30 * DAY, "1 month"],
    [91 * DAY, "3 months"], [365 * DAY, "1 year"], [3 * 365 * DAY, "3 years"]];
  let right = Infinity;
  const fitting = ticks.filter(([age]) => {
    if (age > data.at - oldest || right - x(data.at - age) < 52 || x(data.at - age) < 24) return false;
    right = x(data.at - age);
    return true;
  });
  const marks = fitting.flatMap(([age, name]) => {
    const at = x(data.at - age).toFixed(1);
    return [drawn("line", { class: "axis", x1: at, x2: at, y1: 10, y2: 36 }),
      drawn("text", { class: "tick", x: at, y: 50, "text-anchor": "middle" }, name)];
  });
  const dots = points.map((point) => drawn("circle", {
    class: `dot ${kind(point)}${point.held ? " held" : ""}`, cx: x(point.slot).toFixed(1), cy: 23, r: 5,
  }, drawn("title", {}, [time(point.slot), point.policy, point.fate, ...point.reasons].join("\n"))));
  const label = `Timeline of ${count(points.length, "recovery point")}`;
  return drawn("svg", { class: "line", viewBox: `0 0 ${wide} 56`, role: "img", "aria-label": label },
    drawn("line", { class: "axis", x1: 0, x2: wide, y1: 23, y2: 23 }), ...marks, ...dots.reverse());
}

function fateText(point) {
  if (point.fate === "stays") return point.held ? "stays, held" : "stays";
  return point.fate;
}

function pointsTable(points) {
  const head = ["Time", "Policy", "State", "Fate", "Volume", "Checked", "Why", "EBS snapshot"];
  const cell = (at, look, content) => element("td", { class: look, "data-title": head[at] }, content);
  const body = points.map((point) => element("tr", {},
    element("th", { scope: "row", class: "nowrap" }, time(point.slot)),
    cell(1, "", point.policy),
    cell(2, "", point.state),
    cell(3, `nowrap ${kind(point)}-text`, fateText(point)),
    cell(4, "nowrap", `${point.size} GiB`),
    cell(5, point.checked.startsWith("suspicious") ? "goes-text" : "", point.checked || "–"),
    cell(6, "whole", [...point.reasons, point.trouble].filter(Boolean).join(", ") || "–"),
    cell(7, "last", element("code", {}, point.snapshot))));
  const titles = element("tr", {}, ...head.map((title) => element("th", { scope: "col" }, title)));
  return element("div", { class: "points", tabindex: "0", role: "region", "aria-label": "Recovery points" },
    element("table", {}, element("thead", {}, titles), element("tbody", {}, ...body)));
}
