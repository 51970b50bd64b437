"use strict";
// Rows are made of the data as they are looked at: thousands of claims cost what a screen of them costs.
// Text only ever becomes text nodes and attributes, never markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = document.getElementById("rows"), more = document.getElementById("more");
  const search = document.getElementById("search"), shown = document.getElementById("shown");
  const AT_ONCE = 100, HOUR = 3600, DAY = 24 * HOUR, SVG = "http://www.w3.org/2000/svg";
  const clock = new Intl.DateTimeFormat("sv-SE", {
    timeZone: data.timezone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  const claims = data.claims.map((fields, number) => {
    const [namespace, name, state, reason, policies, good, next, objective, points] = fields;
    const state_ = data.states[state];
    return {
      number, namespace, name, reason, policies, good, next, objective, points, state: state_, stateNumber: state,
      text: `${namespace}/${name} ${policies} ${state_} ${reason}`.toLowerCase(),
    };
  });
  const chunks = new Map();
  let wanted = claims, made = 0;

  const time = (epoch) => (epoch === null ? "–" : clock.format(new Date(epoch * 1000)));
  const iso = (epoch) => new Date(epoch * 1000).toISOString().replace(".000Z", "Z");
  const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  function span(seconds) {
    if (seconds >= 3 * DAY) return `${Math.floor(seconds / DAY)} days`;
    if (seconds >= HOUR) return `${Math.floor(seconds / HOUR)} h`;
    return `${Math.max(0, Math.floor(seconds / 60))} min`;
  }

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

  function detailsOf(claim) {
    const number = Math.floor(claim.number / data.chunk);
    if (!chunks.has(number)) {
      const block = document.getElementById(`points-${number}`);
      if (!block) return null; // still being read
      chunks.set(number, JSON.parse(block.textContent));
    }
    const chunk = chunks.get(number);
    const [head, tail, points] = chunk.claims[claim.number % data.chunk];
    return {
      head, tail,
      points: points.map(([slot, policy, state, fate, reasons, size, snapshot, held, trouble]) => ({
        slot, policy: chunk.texts[policy], state: data.pointStates[state], fate: data.fates[fate],
        reasons: reasons.map((text) => chunk.texts[text]), size, snapshot, held, trouble,
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

  // One scale for all rows, a year from left to right: what is missing near the present shows as a gap.
  function strip(points) {
    const oldest = data.at - 366 * DAY;
    const dots = points.map((point) => drawn("circle", {
      class: `dot ${kind(point)}`, cx: (4 + 136 * Math.max(0, place(point.slot, oldest))).toFixed(1), cy: 9, r: 3.2,
    }));
    return drawn("svg", { class: "strip", viewBox: "0 0 144 18", "aria-hidden": "true" }, ...dots.reverse());
  }

  function timeline(points) {
    const oldest = Math.min(...points.map((point) => point.slot));
    const x = (slot) => 10 + 980 * place(slot, oldest);
    const ticks = [[HOUR, "1 h"], [6 * HOUR, "6 h"], [DAY, "1 day"], [7 * DAY, "1 week"], [30 * DAY, "1 month"],
      [91 * DAY, "3 months"], [365 * DAY, "1 year"], [3 * 365 * DAY, "3 years"]];
    const marks = ticks.filter(([age]) => age <= data.at - oldest).flatMap(([age, name]) => {
      const at = x(data.at - age).toFixed(1);
      return [drawn("line", { class: "axis", x1: at, x2: at, y1: 10, y2: 36 }),
        drawn("text", { class: "tick", x: at, y: 50, "text-anchor": "middle" }, name)];
    });
    const dots = points.map((point) => drawn("circle", {
      class: `dot ${kind(point)}${point.held ? " held" : ""}`, cx: x(point.slot).toFixed(1), cy: 23, r: 5,
    }, drawn("title", {}, [time(point.slot), point.policy, point.fate, ...point.reasons].join("\n"))));
    const label = `Timeline of ${count(points.length, "recovery point")}`;
    return drawn("svg", { class: "line", viewBox: "0 0 1000 56", role: "img", "aria-label": label },
      drawn("line", { class: "axis", x1: 0, x2: 1000, y1: 23, y2: 23 }), ...marks, ...dots.reverse());
  }

  function fateText(point) {
    if (point.fate === "stays") return point.held ? "stays, held" : "stays";
    return point.fate;
  }

  function pointsTable(points) {
    const head = ["Time", "Policy", "State", "Fate", "Why", "Volume", "EBS snapshot"];
    const body = points.map((point) => element("tr", {},
      element("th", { scope: "row", class: "nowrap" }, time(point.slot)),
      element("td", {}, point.policy),
      element("td", {}, point.state),
      element("td", { class: `nowrap ${kind(point)}-text` }, fateText(point)),
      element("td", {}, [...point.reasons, point.trouble].filter(Boolean).join(", ")),
      element("td", { class: "nowrap" }, `${point.size} GiB`),
      element("td", {}, element("code", {}, point.snapshot))));
    const titles = element("tr", {}, ...head.map((title) => element("th", { scope: "col" }, title)));
    return element("div", { class: "points", tabindex: "0", role: "region", "aria-label": "Recovery points" },
      element("table", {}, element("thead", {}, titles), element("tbody", {}, ...body)));
  }

  function command(text) {
    const button = element("button", { type: "button" }, "Copy");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }, () => {
        getSelection().selectAllChildren(button.previousSibling);
        button.textContent = "Selected";
      });
    });
    return element("div", { class: "command" }, element("code", {}, text), button);
  }

  function detailRow(claim) {
    const box = element("div", { class: "box" }, element("p", {}, claim.reason));
    const { head, tail, points } = detailsOf(claim) ?? { points: [] };
    if (claim.good !== null && head) box.append(command(`${head} --at ${iso(claim.good)}${tail}`));
    if (points.length) box.append(timeline(points), pointsTable(points));
    return element("tr", { class: "detail", id: `detail-${claim.number}` }, element("td", { colspan: "6" }, box));
  }

  function toggle(row, claim, button) {
    const isOpen = row.classList.toggle("open");
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) row.after(detailRow(claim));
    else row.nextSibling.remove();
  }

  function age(claim) {
    if (claim.good === null) return element("td", { class: "age", "data-title": "Newest good point" }, "none");
    const seconds = data.at - claim.good;
    const cell = element("td", { class: "age", "data-title": "Newest good point", title: time(claim.good) },
      element("span", {}, span(seconds)));
    if (claim.objective === null) return cell;
    cell.append(element("span", { class: "quiet" }, ` of ${span(claim.objective)}`));
    const share = Math.min(1, seconds / claim.objective), bar = element("i");
    bar.style.width = `${(100 * share).toFixed(0)}%`;
    cell.append(element("div", { class: `meter${seconds > claim.objective ? " over" : ""}` }, bar));
    return cell;
  }

  function pointsCell(claim) {
    const cell = element("td", { "data-title": "Points", title: count(claim.points, "recovery point") });
    const fill = () => {
      const details = claim.points ? detailsOf(claim) : null;
      cell.replaceChildren(details ? strip(details.points) : String(claim.points));
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", fill, { once: true });
    else fill();
    return cell;
  }

  const trouble = (claim) =>
    claim.state === "protected" ? [] : [element("div", { class: "why" }, claim.reason)];

  function claimRow(claim) {
    const name = `${claim.namespace}/${claim.name}`;
    const opens = { type: "button", class: "opener", "aria-expanded": "false", "aria-controls": `detail-${claim.number}` };
    const button = element("button", opens, name);
    const row = element("tr", { class: "row" },
      element("td", {}, element("span", { class: `badge ${claim.state}` }, claim.state)),
      element("th", { scope: "row", title: claim.reason }, button, ...trouble(claim)),
      element("td", { "data-title": "Policy", class: "policy" }, claim.policies || "–"),
      age(claim),
      element("td", { "data-title": "Next run", class: "nowrap" }, time(claim.next)),
      pointsCell(claim));
    button.addEventListener("click", () => toggle(row, claim, button));
    return row;
  }

  function make(howMany) {
    const part = wanted.slice(made, made + howMany);
    rows.append(...part.map(claimRow));
    made += part.length;
    const left = wanted.length - made;
    more.hidden = left === 0;
    more.textContent = `Show all ${wanted.length.toLocaleString("en")}`;
    const of = wanted.length === claims.length ? "" : ` of ${claims.length.toLocaleString("en")}`;
    shown.textContent = wanted.length ? `${count(wanted.length, "claim")}${of}` : "No claim is like that.";
  }

  function choose() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = [...document.querySelectorAll(".state[aria-pressed=true]")].map((one) => Number(one.dataset.state));
    wanted = claims.filter((claim) =>
      (!pressed.length || pressed.includes(claim.stateNumber)) && words.every((word) => claim.text.includes(word)));
    rows.replaceChildren();
    made = 0;
    make(AT_ONCE);
  }

  function move(step) {
    const openers = [...rows.querySelectorAll(".opener")];
    const next = openers[openers.indexOf(document.activeElement) + step];
    if (next) next.focus();
  }

  for (const button of document.querySelectorAll(".state")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      choose();
    });
  }
  search.addEventListener("input", choose);
  more.addEventListener("click", () => make(wanted.length));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && document.activeElement === search) { search.value = ""; choose(); }
    const onRow = document.activeElement?.classList.contains("opener");
    if (onRow && event.key === "ArrowDown") { event.preventDefault(); move(1); }
    if (onRow && event.key === "ArrowUp") { event.preventDefault(); move(-1); }
  });
  addEventListener("beforeprint", () => make(wanted.length));
  new IntersectionObserver((seen) => {
    if (seen.some((entry) => entry.isIntersecting) && made < wanted.length) make(AT_ONCE);
  }, { rootMargin: "800px" }).observe(shown);

  const old = Date.now() / 1000 - data.at;
  if (old > 2 * HOUR) {
    const stale = document.getElementById("stale");
    stale.textContent = ` · ${span(old)} ago`;
    stale.hidden = false;
  }
  choose();
})();
