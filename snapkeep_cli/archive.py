"""What a policy archives, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.archive.rules import parse_archive_after, periods_of
from snapkeep.domain.archive.spans import FOREVER, Span, most_archived, spans
from snapkeep.domain.archive.wanted import ArchivePolicy, Wanted, choose
from snapkeep.domain.policies import Policy
from snapkeep.domain.retention.lineages import LineagePlan
from snapkeep.domain.retention.plan import RetentionPlan
from snapkeep.domain.retention.rules import parse_retention
from snapkeep_cli.locks import shortest_distance


def archive_in_words(policy: Policy) -> Iterator[str]:
    """A line about what a policy archives, and for how long; none if it archives nothing."""
    if not policy.archive_after:
        return
    after, rules = parse_archive_after(policy.archive_after), parse_retention(policy.retention)
    found = [*spans(rules, after, shortest_distance(policy.schedule))]
    yield (
        f"archives: {'; '.join(map(_span, found))}; at most {most_archived(found):.0f} points of a volume, "
        "and only where that costs less"
    )


def with_archiving(found: RetentionPlan, policy: ArchivePolicy, now: datetime) -> RetentionPlan:
    """The plan of a lineage; points that only monthly and yearly rules keep also say whether they are
    archived."""
    chosen = {
        each.snapshot_id: "archived if that is cheaper" if isinstance(each, Wanted) else each.reason
        for each in choose([LineagePlan("", "", found)], {"": policy} if policy.after else {}, now)
    }
    keep = (
        replace(kept, reasons=(*kept.reasons, words))
        if (words := chosen.get(kept.point.id)) and periods_of(kept.reasons)
        else kept
        for kept in found.keep
    )
    return replace(found, keep=tuple(keep))


def _span(span: Span) -> str:
    until = "" if span.end == FOREVER else f" until {span.end.days}"
    held = f", when {span.held_by} no longer keeps them" if span.held_by else ""
    return f"{span.period} points from {span.begin.days} days{until}{held}"
