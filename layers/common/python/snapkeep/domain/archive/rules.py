"""When a policy's points go to the archive tier: `archive_after` in the config, such as `{monthly: 30d}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from snapkeep.domain.retention.keep_rules import rule_of
from snapkeep.domain.retention.rules import Duration, parse_duration
from snapkeep.domain.retention.words import length

SPARSE = ("monthly", "yearly")
"""The periods whose rules may archive. Points closer together share blocks, which stay in the standard tier
when one of the points leaves it.
https://docs.aws.amazon.com/ebs/latest/userguide/archiving-guidelines.html
"""

MOST_ARCHIVED = 25
"""The archived snapshots that EC2 allows for each volume by default (quota L-E20676C1).
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

ArchiveAfter = Mapping[str, Duration]
"""Period to the age from which the points that only its rules keep are archived."""


def parse_archive_after(block: Mapping[str, str]) -> ArchiveAfter:
    """The setting as a policy holds it. Raises ValueError, with a message for users."""
    for name in block:
        if name not in SPARSE:
            raise ValueError(f"{name}: no points of this rule are archived; allowed: {', '.join(SPARSE)}")
    return {name: parse_duration(value) for name, value in block.items()}


def periods_of(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """The periods of the rules that keep a point, when nothing but rules of SPARSE keeps it; else ()."""
    found = dict.fromkeys(map(rule_of, reasons))
    return tuple(found) if all(period in SPARSE for period in found) else ()


def archived_from(periods: tuple[str, ...], after: ArchiveAfter) -> timedelta | None:
    """The age at which a point that rules of these periods keep is archived; None for never.

    Every rule that keeps a point must let it go, so the longest of their ages counts.
    """
    if not periods or any(period not in after for period in periods):
        return None
    return max(length(after[period]) for period in periods)
