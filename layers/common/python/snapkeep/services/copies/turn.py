"""One turn at a place: who works on it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Copier, Snapshots
from snapkeep.services.give_up import part_of_a_pass


@dataclass(slots=True)
class PlaceReport:
    """What one turn did: points by outcome.

    `later` and `late` say why a point is not copied yet, or not for a long time. `waiting` counts points
        without room now, `passed_over` those that need no copy of their own. `given_up` are parts of
    the turn that failed. `busy` means that another invocation works on the place.
    """

    place: str
    started: list[str] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    passed_over: int = 0
    waiting: int = 0
    given_up: dict[str, str] = field(default_factory=dict)
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of `owner`, which holds the lease of the place.

    `snapshots` and `copier` are those of the place's Region; `incremental` is what events said about copies
    that ended, by snapshot id.
    """

    place: Place
    owner: str
    snapshots: Snapshots
    copier: Copier
    records: CopyRecords
    report: PlaceReport
    incremental: Mapping[str, bool]

    def write(self, record: CopyRecord) -> CopyRecord:
        """Journal the next revision of a record. Raises TemporaryError when the lease was lost."""
        return self.records.write_copy(record, self.owner)

    def is_here(self, record: CopyRecord) -> bool:
        """True for a copy in the Region where the place is now."""
        return record.region == self.place.region

    def part(self, subject: str) -> AbstractContextManager[None]:
        """A part of the turn: its trouble does not stop the others."""
        return part_of_a_pass(
            f"copies to {self.place.name}: {subject}", self.report.given_up, f"{self.place.name}: {subject}"
        )
