"""The report in a real browser: what a person sees, reaches by keyboard and prints; and nothing it fetches.

With SNAPKEEP_SCREENSHOTS=FOLDER the pictures of the README are written there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from snapkeep.adapters.report_page import render
from snapkeep.domain.report.facts import Report
from tests.browser.chromium import chromium
from tests.fakes.report_samples import NOW, a_great_report, a_report

pytestmark = pytest.mark.slow

FIRST_PAINT_MS = 2_000
PAINTS = "performance.getEntriesByName('first-contentful-paint')"
HOSTILE = "</script><img src=x onerror=alert(1)><svg onload=alert(2)>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


class Reader:
    """Opens reports, and notes what their pages log, throw or ask the network for."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self.complaints: list[str] = []

    def open(self, report: Report, *, at: datetime | None = None, **look: Any) -> Page:
        """The page of a report, opened then or now; `look` is what a context of Playwright takes."""
        path = self._folder / "report.html"
        path.write_text(render(report), encoding="utf-8")
        context: BrowserContext = self._browser.new_context(**look)
        page = context.new_page()
        if at:
            page.clock.set_fixed_time(at)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self._requested(request.url, path.as_uri()))
        page.goto(path.as_uri())
        return page

    def _requested(self, url: str, own: str) -> None:
        if url != own:
            self.complaints.append(f"it asked for {url}")


@pytest.fixture
def reader(browser: Browser, tmp_path: Path) -> Iterator[Reader]:
    """A reader whose pages must not complain, nor ask for anything."""
    found = Reader(browser, tmp_path)
    yield found
    assert found.complaints == []


def names(page: Page) -> list[str]:
    """The claims that are shown, in their order."""
    return page.locator("#rows .opener").all_inner_texts()


def test_the_worst_comes_first_with_its_reason_and_every_section_is_there(reader: Reader) -> None:
    page = reader.open(a_report())
    assert names(page)[:2] == ["shop/search-index", "batch/sorted"]
    expect(page.locator("#rows .row").first).to_contain_text("the KMS key of vol-0c1f is disabled")
    assert page.locator("h2").all_inner_texts() == [
        "Claims",
        "The week ahead",
        "Policies",
        "Namespaces",
        "Copies",
        "Incidents",
        "Latest restores",
        "Storage, at most",
    ]


def test_a_claim_opens_to_its_points_each_with_its_fate_and_reasons(reader: Reader) -> None:
    page = reader.open(a_report())
    page.get_by_role("button", name="shop/orders-db").click()
    detail = page.locator(".detail")
    expect(detail.locator(".points tbody tr")).to_have_count(13)
    expect(detail.locator(".points")).to_contain_text("last 1/3, daily 1/7, weekly 1/4, monthly 1/6")
    expect(detail.locator(".next-text")).to_have_text("goes next")
    command = detail.locator(".command code")
    expect(command).to_contain_text("snapkeep restore orders-db-20261123t170000z --cluster myeks")
    tips = detail.locator("svg.line circle title").all_text_contents()
    assert len(tips) == 13
    assert any("held by the tag snapkeep:hold" in tip for tip in tips)


def test_a_page_that_is_not_fresh_says_how_old_it_is(reader: Reader) -> None:
    page = reader.open(a_report(), at=NOW + timedelta(minutes=50))
    expect(page.locator("#stale")).to_be_hidden()
    page = reader.open(a_report(), at=NOW + timedelta(hours=5))
    expect(page.locator("#stale")).to_contain_text("This page is 5 h old.")
    expect(page.get_by_role("alert")).to_be_in_viewport()


def test_search_and_states_narrow_the_list(reader: Reader) -> None:
    page = reader.open(a_report())
    page.locator("#search").fill("six-hourly mysql")
    assert names(page) == ["wordpress/mysql-pv-claim"]
    expect(page.locator("#shown")).to_have_text("1 claim of 10")
    page.locator("#search").fill("")
    page.get_by_role("button", name="late").click()
    assert names(page) == ["shop/sessions", "shop/uploads"]
    page.locator("#search").fill("nothing like that")
    expect(page.locator("#shown")).to_have_text("No claim matches.")


def test_everything_is_reached_by_keyboard(reader: Reader) -> None:
    page = reader.open(a_report())
    page.keyboard.press("/")
    page.keyboard.type("wordpress")
    assert names(page) == ["wordpress/mysql-pv-claim", "wordpress/wp-pv-claim"]
    page.keyboard.press("Escape")
    assert len(names(page)) == 10
    page.keyboard.type("photos")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="media/photos")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_contain_text("EFS has no snapshots")
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_count(0)
    page.locator("#search").fill("")
    page.locator("#rows .opener").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="batch/sorted")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_contain_text("no policy takes it")
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_count(0)


def test_names_that_are_markup_are_shown_as_they_are(reader: Reader) -> None:
    page = reader.open(a_report({"good": HOSTILE, "shop": HOSTILE, "why": HOSTILE}))
    page.get_by_role("button", name=f"{HOSTILE}/{HOSTILE}").click()
    expect(page.locator(".detail .command code")).to_contain_text("onerror=alert(1)")
    assert page.locator("img").count() == 0
    expect(page.locator("#storage")).to_contain_text(HOSTILE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 768, 1000, 1280])
def test_every_width_is_read_without_scrolling_sideways_or_broken_words(
    reader: Reader, width: int, scheme: str, tmp_path: Path
) -> None:
    size = {"width": width, "height": 900}
    page = reader.open(a_report(), at=NOW + timedelta(minutes=4), viewport=size, color_scheme=scheme)
    page.get_by_role("button", name="shop/orders-db").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(BROKEN) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(WIDTHS) == []
    assert min(page.evaluate(TICKS)) >= 9
    page.screenshot(path=tmp_path / f"report-{width}-{scheme}.png", full_page=True)


def test_the_last_thirty_days_of_a_claim_are_a_bar_each(reader: Reader) -> None:
    page = reader.open(a_report(), at=NOW + timedelta(minutes=4))
    bars = page.locator("#rows .row").first.locator("svg.days rect")
    expect(bars).to_have_count(30)
    assert bars.last.locator("title").text_content() == "2026-11-24 with only failures"
    page.get_by_role("button", name="shop/search-index").click()
    expect(page.locator(".detail .past")).to_contain_text(
        "Last 30 days: 9 with a good point, 2 with only failures, 19 without a backup"
    )


def test_printing_shows_every_claim_and_no_controls(reader: Reader) -> None:
    page = reader.open(a_great_report(300))
    assert len(names(page)) < 300
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(names(page)) == 300
    expect(page.locator("#search")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_five_thousand_claims_are_painted_at_once_and_searched_whole(reader: Reader) -> None:
    page = reader.open(a_great_report(5_000))
    page.wait_for_function(f"{PAINTS}.length")
    assert page.evaluate(f"{PAINTS}[0].startTime") < FIRST_PAINT_MS
    assert len(names(page)) < 5_000
    page.locator("#search").fill("data-4999")
    assert names(page) == ["team-49/data-4999"]
    page.get_by_role("button", name="team-49/data-4999").click()
    expect(page.locator(".detail .points tbody tr")).to_have_count(14)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_in_light_and_dark(reader: Reader, scheme: str, tmp_path: Path) -> None:
    size = {"width": 1120, "height": 940}
    page = reader.open(a_report(), at=NOW + timedelta(minutes=4), viewport=size, color_scheme=scheme)
    weakest = page.evaluate(CONTRAST)
    assert weakest["ratio"] >= 4.5, weakest
    folder = Path(os.environ.get("SNAPKEEP_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    if scheme == "light":
        page.screenshot(path=folder / "report.png")
        page.get_by_role("button", name="shop/orders-db").click()
        page.locator(".detail").screenshot(path=folder / "report-claim.png")
    else:
        page.locator("#week").scroll_into_view_if_needed()
        page.locator("#week").screenshot(path=folder / "report-week.png")


BROKEN = """() => {
  const broken = [];
  for (const node of document.querySelectorAll(".opener, .badge, .stacked th, .verdict p, h1, h2")) {
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode, range = document.createRange();
      for (const word of text.data.matchAll(/[^\\s/.:-]+/g)) {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (range.getClientRects().length > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""
"""Words of names, states and headings that a line break cuts."""

CUT = """() => [...document.querySelectorAll(".wide, .points")]
  .filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.textContent.slice(0, 40))"""
"""Tables that are wider than their place."""

WIDTHS = """() => [...document.querySelectorAll("section, .verdict, .claims, #rows .row" +
    (innerWidth < 1104 ? ", #rows .row > th" : ""))]
  .filter((node) => node.getBoundingClientRect().width < 0.9 * Math.min(innerWidth, 1216) - 60)
  .map((node) => node.className || node.id)"""
"""What leaves a part of the screen empty."""

TICKS = """() => [...document.querySelectorAll("svg.line text")].map((node) => {
  const svg = node.ownerSVGElement, shown = svg.getBoundingClientRect().width;
  return parseFloat(getComputedStyle(node).fontSize) * shown / svg.viewBox.baseVal.width;
})"""
"""The heights of the words on timelines, in pixels."""

CONTRAST = """() => {
  const number = (text) => text.match(/[\\d.]+/g).map(Number);
  const bright = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = number(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  let weakest = { ratio: 21, text: "" };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement, style = getComputedStyle(node);
    const shown = texts.currentNode.textContent.trim() && node.checkVisibility();
    if (!shown || node.closest("script,svg,.hidden,:disabled")) continue;
    const [one, other] = [bright(number(style.color)), bright(ground(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < weakest.ratio) weakest = { ratio, text: texts.currentNode.textContent.trim() };
  }
  return weakest;
}"""
"""The weakest contrast of a text with what is behind it, by WCAG's formula: 4.5 is what small text needs.
https://www.w3.org/TR/WCAG22/#contrast-minimum
"""
