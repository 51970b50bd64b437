"""The shape of a policy's `archive_after:`, and what is refused of it together with its retention."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import field_validator, model_validator

from snapkeep.domain.archive.rules import MOST_ARCHIVED, SPARSE, parse_archive_after
from snapkeep.domain.archive.spans import FOREVER, Span, most_archived, spans
from snapkeep.domain.retention.candidates import ARCHIVE_MINIMUM
from snapkeep.domain.retention.rules import (
    KEEP_RULES,
    Duration,
    RetentionRules,
    parse_duration,
    parse_retention,
)
from snapkeep_cli.config.errors import Location, Problem
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import DurationText


class ArchiveAfter(Strict):
    """The age from which points go to the archive tier, by the rule that alone still keeps them."""

    monthly: DurationText | None = None
    """For points that only monthly rules (or yearly ones) keep, such as 30d."""
    yearly: DurationText | None = None
    """For points that only yearly rules (or monthly ones) keep."""

    @model_validator(mode="before")
    @classmethod
    def _only_sparse(cls, block: Any) -> Any:
        if block == {}:
            raise ValueError(f"is empty; give {' or '.join(SPARSE)}, such as {{monthly: 30d}}")
        for name in block if isinstance(block, dict) else ():
            if name in KEEP_RULES and name not in SPARSE:
                raise ValueError(
                    f"points that {name} keeps are not archived: they share their blocks with the points "
                    f"around them, so archiving them costs more; allowed: {', '.join(SPARSE)}"
                )
        return block

    @field_validator("*", mode="before")
    @classmethod
    def _age(cls, value: Any) -> Any:
        parse_duration(value)
        return value

    def block(self) -> dict[str, str]:
        """The ages as written."""
        return self.model_dump(exclude_unset=True)


def check_archive(
    here: Location, policy: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[Problem]:
    """The problems of a policy's `archive_after` with its retention; `here` is the policy."""
    block = policy.get("archive_after")
    retention = policy.get("retention", defaults.get("retention"))
    if not isinstance(block, dict) or not block or not isinstance(retention, dict):
        return
    try:
        after, rules = parse_archive_after(block), parse_retention(retention)
    except ValueError:
        return  # the models say what is wrong
    at = (*here, "archive_after")
    problems = [*_short_stays(at, after, rules)]
    yield from problems or _too_many(at, after, rules)


def _short_stays(at: Location, after: Mapping[str, Duration], rules: RetentionRules) -> Iterator[Problem]:
    for span in spans(rules, after, None):
        if getattr(rules, span.period) is None and getattr(rules, f"within_{span.period}") is None:
            text = f"the retention has no {span.period} rule, so there is nothing to archive; remove it"
            yield Problem((*at, span.period), text)
        elif span.begin == FOREVER:
            text = f"no point would ever be archived, because retention.{span.held_by} keeps all; remove it"
            yield Problem((*at, span.period), text)
        elif span.stay < ARCHIVE_MINIMUM:
            yield Problem((*at, span.period), _too_short(span))


def _too_short(span: Span) -> str:
    least = ARCHIVE_MINIMUM.days
    held = f", because retention.{span.held_by} keeps them until then" if span.held_by else ""
    return (
        f"EC2 bills at least {least} days in the archive tier, and points would stay there for "
        f"{span.stay.days}: they would be archived at {span.begin.days} days{held}, and deleted at about "
        f"{span.end.days}; keep them for {span.begin.days + least} days or more, or remove it"
    )


def _too_many(at: Location, after: Mapping[str, Duration], rules: RetentionRules) -> Iterator[Problem]:
    found = [*spans(rules, after, None)]
    most = most_archived(found)
    if most > MOST_ARCHIVED:
        many = "more and more" if most == math.inf else f"up to {most:.0f}"
        yield Problem(
            at,
            f"would archive {many} points of a volume, and EC2 allows {MOST_ARCHIVED}; let retention keep "
            f"fewer {' and '.join(span.period for span in found)} points, or archive them later",
        )
