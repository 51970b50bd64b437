"""Renders the page: templates filled with a report, everything escaped, and a content policy that allows only
our own script.

https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from snapkeep.adapters.report_page import words
from snapkeep.adapters.report_page.document import claims_document, point_chunks
from snapkeep.adapters.report_page.namespaces import namespace_rows, namespaces_in_words
from snapkeep.adapters.report_page.verdict import verdict
from snapkeep.domain.copies.view.standing import Standing
from snapkeep.domain.proof.shown import CheckState
from snapkeep.domain.report.claims import ClaimState
from snapkeep.domain.report.facts import Report, notice_given, opened

if TYPE_CHECKING:
    from snapkeep.domain.interruption.records import IncidentRecord

HERE = Path(__file__).parent
SCRIPTS = ("words.js", "points.js", "claims.js")
SHOWN_RUNS = 60
"""How many of a policy's newest runs its strip shows."""
LATE_SHOWN = 20
"""How many claims whose copies are late are listed for a place."""
LEVELS = 5
"""How many shades the week's heat map has."""


def render(report: Report) -> str:
    """The page of a report: one HTML document that makes no network requests.

    Text from clusters and tags is escaped as HTML, and inside the page's data as JSON.
    """
    script, style = "".join(map(read, SCRIPTS)), read("page.css")
    zone = report.timezone
    existing = len(report.claims) - report.count(ClaimState.GONE)
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            style=style,
            script=script,
            policy=content_policy(script, style),
            states=[(state.value, report.count(state)) for state in ClaimState],
            existing=existing,
            verdict=verdict(report),
            claims=claims_document(report),
            chunks=point_chunks(report),
            level=partial(_level, busiest=report.week.busiest),
            time=lambda at: words.time_text(at, zone),
            since=_since,
            opened=opened,
            notice_given=notice_given,
            shown=SHOWN_RUNS,
            standings=list(Standing),
            check_states=list(CheckState),
            late_shown=LATE_SHOWN,
            namespaces=namespace_rows(report.namespaces),
            namespaces_in_words=namespaces_in_words(report.namespaces),
            percent=words.percent_text,
            most=max((item.dollars for item in report.stored), default=0),
        )
    )


@cache
def environment() -> Environment:
    """The templates of pages, which escape everything."""
    found = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    found.filters |= {"span": words.span_text, "size": words.size_text, "dollars": words.dollars_text}
    return found


@cache
def read(name: str) -> str:
    """A file of the page."""
    return (HERE / name).read_text(encoding="utf-8")


def content_policy(script: str, style: str) -> str:
    """The Content-Security-Policy: our script and style by their hashes, and nothing else."""
    rules = (
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _level(points: int, busiest: int) -> int:
    """The shade of an hour: 0 without points, else by its share of the busiest hour."""
    return -(-points * LEVELS // busiest) if points and busiest else 0


def _since(record: IncidentRecord, number: int) -> str:
    """The time from the start of an incident to a timeline entry."""
    passed: timedelta = record.timeline[number].at - opened(record)
    return words.seconds_text(passed.total_seconds())
