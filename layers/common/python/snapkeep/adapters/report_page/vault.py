"""Renders the page of a vault: all sources on one page that runs no script and loads nothing.

Names of namespaces and claims, and reasons, come from sources, which may be attackers. So all text is escaped
as HTML, without characters that turn or hide text, and cut.
"""

from __future__ import annotations

from snapkeep.adapters.report_page import words
from snapkeep.adapters.report_page.page import content_policy, environment, read
from snapkeep.domain.vault.overview import SourceOverview, VaultOverview

MOST_CLAIMS = 1000
"""So many claims of a source are on the page, those with the oldest copies first."""

MOST_TEXT = 300
"""So many characters of a text are on the page."""


def render_vault(found: VaultOverview, timezone: str) -> str:
    """The page of a vault: one HTML document. Times are those of the zone."""
    style = read("page.css")
    needing = [each for each in found.sources if needs_attention(each)]
    return (
        environment()
        .get_template("vault.html.jinja")
        .render(
            vault=found,
            timezone=timezone,
            style=style,
            policy=content_policy("", style),
            needing=needing,
            claims=lambda source: source.stalest(MOST_CLAIMS),
            most=MOST_CLAIMS,
            time=lambda at: words.time_text(at, timezone),
            age=lambda at: words.span_text(found.at - at) if at else "",
            text=shown_text,
        )
    )


def needs_attention(source: SourceOverview) -> bool:
    """True if people should look at the source."""
    return bool(source.troubles or source.unasked or source.failed or source.unreadable)


def shown_text(text: str) -> str:
    """A text of somebody else's as the page shows it: printable characters only, and not too many."""
    plain = "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[: MOST_TEXT + 1]
    )
    return plain if len(text) <= MOST_TEXT else f"{plain[:MOST_TEXT]}…"
