// Rows are created as they come into view: thousands of claims cost as much as one screen.
const rows = document.getElementById("rows"), more = document.getElementById("more");
const search = document.getElementById("search"), shown = document.getElementById("shown");
const AT_ONCE = 100;
const claims = data.claims.map((fields, number) => {
  const [namespace, name, state, reason, policies, good, next, objective, points, days] = fields;
  const stateName = data.states[state];
  return {
    number, namespace, name, reason, policies, good, next, objective, points, days, state: stateName, stateNumber: state,
    text: `${namespace}/${name} ${policies} ${stateName} ${reason}`.toLowerCase(),
  };
});
let wanted = claims, made = 0;

function copied(text) {
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
  const details = detailsOf(claim) ?? { points: [] }, { points } = details;
  if (claim.days) box.append(past(claim.days, true));
  if (details.command) box.append(copied(details.command));
  if (details.files) box.append(copied(details.files));
  if (details.trouble) box.append(element("p", { class: "quiet" }, details.trouble));
  if (points.length) box.append(timeline(points), pointsTable(points));
  return element("tr", { class: "detail", id: `detail-${claim.number}` }, element("td", { colspan: "7" }, box));
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
  const button = element("button", opens, ...breakable(name));
  const row = element("tr", { class: "row" },
    element("td", {}, element("span", { class: `badge ${claim.state}` }, claim.state)),
    element("th", { scope: "row", title: claim.reason }, button, ...trouble(claim)),
    element("td", { "data-title": "Policy", class: "policy" }, claim.policies || "–"),
    age(claim),
    element("td", { "data-title": "Last 30 days" }, claim.days ? past(claim.days) : "–"),
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
  shown.textContent = wanted.length ? `${count(wanted.length, "claim")}${of}` : "No claim matches.";
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
  else if (step < 0) search.focus();
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
  if (document.activeElement === search && ["ArrowDown", "Enter"].includes(event.key)) {
    const first = rows.querySelector(".opener");
    event.preventDefault();
    if (first) first.focus();
    if (first && event.key === "Enter" && first.getAttribute("aria-expanded") === "false") first.click();
  }
  if (event.key === "Escape" && document.activeElement === search) { search.value = ""; choose(); }
  const onRow = document.activeElement?.classList.contains("opener");
  if (onRow && event.key === "ArrowDown") { event.preventDefault(); move(1); }
  if (onRow && event.key === "ArrowUp") { event.preventDefault(); move(-1); }
});
addEventListener("beforeprint", () => {
  make(wanted.length);
  for (const closed of document.querySelectorAll("details")) closed.open = true;
});
new IntersectionObserver((seen) => {
  if (seen.some((entry) => entry.isIntersecting) && made < wanted.length) make(AT_ONCE);
}, { rootMargin: "800px" }).observe(shown);

const old = Date.now() / 1000 - data.at;
if (old > 2 * HOUR) {
  const stale = document.getElementById("stale");
  stale.textContent = `This page is ${span(old)} old. A new one is written every hour: what it shows may be wrong. ` +
    "snapkeep status shows the current state.";
  stale.hidden = false;
}
choose();
