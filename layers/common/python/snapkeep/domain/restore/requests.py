"""Requests for a restore: what to restore, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Expand(StrEnum):
    """Whether a size that is too small may be raised to the size of the recovery point."""

    AUTO = "auto"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """A restore as requested, unchecked.

    The recovery point is `point_id`, or the newest ready one of the source `claim` (at or before `at`, aware
    UTC, when given). Empty source fields mean those of the target; an empty `size` (a quantity as written) or
    `storage_class` means the point's. With `from_place` the point is a copy in the place of that name. A
    `strict` request treats warnings as errors. One with `own_points_only` may not read points of another
    namespace or cluster.
    """

    cluster: str
    namespace: str
    target: str
    point_id: str = ""
    claim: str = ""
    at: datetime | None = None
    source_cluster: str = ""
    source_namespace: str = ""
    from_place: str = ""
    size: str = ""
    expand: Expand = Expand.NEVER
    storage_class: str = ""
    zone: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    strict: bool = False
    own_points_only: bool = False

    def __post_init__(self) -> None:
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError(f"{self.at} has no time zone: write it with one, such as 2026-11-24T18:00:00Z")

    def __str__(self) -> str:
        return f"{self.namespace}/{self.target}"
