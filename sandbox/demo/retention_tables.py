"""What prune kept of a lineage and why, what it deleted and why, and what the brake said: for people."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sandbox.demo.facts import DeletedFact, RefusalFact, RetentionFact
from sandbox.demo.report import SNAPSHOT_COLUMN, titled_table

NO_RULE = "no rule keeps it: "
_RANK = re.compile(r" \d+(/\d+)?$")
"""The point count in a rule's text, as in `daily 3/14`."""


def show(console: Console, fact: RetentionFact) -> None:
    """Print the policy in words, a row per point that stays, and a row per reason for deletion."""
    zone = ZoneInfo(fact.timezone)
    console.print("", _kept(fact, zone))
    for note in (f"policy {fact.policy}: {fact.words}", _counts(fact), f"simulated: {fact.made}"):
        console.print(Text(note, style="dim"))
    console.print("", _deleted(fact, zone), "")


def show_refusal(console: Console, refused: RefusalFact) -> None:
    """Print what changed, what it would have cost, and what prune said instead of doing it."""
    text = Text.assemble(
        (refused.change, "bold"),
        f"\n{refused.grace}: {refused.spared} points stay because the previous retention keeps them\nthen: ",
        (f"the brake refuses {refused.would_delete} deletions: {refused.said}", "yellow"),
        f'\nto carry them out: {{"confirm": "{refused.confirm}"}}',
    )
    console.print("", Panel(text, title="Deletions that prune refuses", title_align="left", expand=False))


def _kept(fact: RetentionFact, zone: tzinfo) -> Table:
    title = f"Kept for {fact.claim}: {len(fact.kept)} of {len(fact.kept) + len(fact.deleted)} points"
    table = titled_table(title, f"time ({fact.timezone})", SNAPSHOT_COLUMN, "why it stays")
    for point in fact.kept:
        table.add_row(_local(point.time, zone), Text(point.snapshot_id), Text(", ".join(point.reasons)))
    return table


def _counts(fact: RetentionFact) -> str:
    """How many points each rule keeps; one point may have several reasons."""
    rules = Counter(_RANK.sub("", reason) for point in fact.kept for reason in point.reasons)
    return "points by rule: " + ", ".join(f"{rule} {count}" for rule, count in rules.items())


def _deleted(fact: RetentionFact, zone: tzinfo) -> Table:
    title = f"Deleted, and gone from EC2: {len(fact.deleted)} points"
    table = titled_table(title, "points", "newest", "oldest", "why no rule keeps them")
    by_reason: dict[str, list[DeletedFact]] = {}
    for point in fact.deleted:
        by_reason.setdefault(point.reason.removeprefix(NO_RULE), []).append(point)
    for reason, points in by_reason.items():
        newest, oldest = points[0].time, points[-1].time
        table.add_row(Text(str(len(points))), _day(newest, zone), _day(oldest, zone), Text(reason))
    return table


def _local(time: datetime, zone: tzinfo) -> Text:
    return Text(f"{time.astimezone(zone):%a %Y-%m-%d %H:%M}", no_wrap=True)


def _day(time: datetime, zone: tzinfo) -> Text:
    return Text(f"{time.astimezone(zone):%Y-%m-%d}")
