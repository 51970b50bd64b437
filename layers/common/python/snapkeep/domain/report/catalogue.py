"""The catalogue of recovery points: their order, queries, and the cursors of pages.

An entry only says where a point belongs; its state is read from EC2 when somebody lists it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from snapkeep.domain import tags
from snapkeep.domain.errors import BadCursor
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.restore.points import PointFacts

LATEST = 9_999_999_999
"""Epoch seconds that no slot reaches; slots are stored as the difference from it, so that newer ones sort
first."""

SEPARATOR = " "
"""Sorts before every character of a name, so that `app` comes before `app-2`."""


class Query(Protocol):
    """What a list is asked for; a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def prefix(self) -> str:
        """The prefix of the places of what matches."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A recovery point's place in the catalogue of a cluster. `slot` is aware UTC."""

    namespace: str
    claim: str
    slot: datetime
    point_id: str
    snapshot_id: str
    policy: str

    @property
    def place(self) -> str:
        """The sort key: by namespace, claim, newest first; made unique by point and snapshot."""
        return SEPARATOR.join(
            (self.namespace, self.claim, newest_first(self.slot), self.point_id, self.snapshot_id)
        )


@dataclass(frozen=True, slots=True)
class PointQuery:
    """Which points to list; empty fields match everything. `since` and `until` (aware) bound the slot,
    inclusive."""

    namespace: str = ""
    claim: str = ""
    policy: str = ""
    state: PointState | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def prefix(self) -> str:
        """The prefix of the places of matching points."""
        return prefix_of(self.namespace, self.claim)

    def admits(self, entry: Entry) -> bool:
        """True when the point may match; its state is not known here."""
        return (
            self.namespace in ("", entry.namespace)
            and self.claim in ("", entry.claim)
            and self.policy in ("", entry.policy)
            and (self.since is None or entry.slot >= self.since)
            and (self.until is None or entry.slot <= self.until)
        )


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """One recovery point with its holds."""

    point: PointFacts
    holds: Sequence[Hold]


@dataclass(frozen=True, slots=True)
class Page:
    """Recovery points in catalogue order; `cursor` fetches the next page, "" at the end. `unreadable` says
    which copies are left out because their tags say nothing certain."""

    points: tuple[PointFacts, ...]
    cursor: str = ""
    unreadable: str = ""


def newest_first(time: datetime) -> str:
    """A time as text that sorts newer ones first."""
    return f"{LATEST - int(time.timestamp()):010d}"


def prefix_of(namespace: str, claim: str) -> str:
    """The prefix of the places of a claim (of a namespace, or of everything, where "" is given)."""
    if not namespace:
        return ""
    return SEPARATOR.join((namespace, claim, "")) if claim else namespace + SEPARATOR


def entry_of(snapshot: Snapshot) -> Entry | None:
    """The entry of a snapshot by its tags; None for duplicates, for copies, and for snapshots whose tags name
    no point."""
    if tags.DUPLICATE in snapshot.tags or not tags.are_ours(snapshot.tags):
        return None
    claim, slot = tags.claim_facts_of(snapshot.tags), tags.slot_of(snapshot.tags)
    point_id, policy = tags.point_id_of(snapshot.tags), snapshot.tags.get(tags.POLICY, "")
    if claim is None or slot is None or not point_id or not policy:
        return None
    return Entry(claim.namespace, claim.name, slot, point_id, snapshot.id, policy)


def write_cursor(cluster: str, wanted: Query, place: str) -> str:
    """The cursor of the page after a place in a list; letters, digits, `_` and `-` only."""
    text = json.dumps({"after": place, "list": _name(cluster, wanted)})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")  # needs no encoding in a URL


def read_cursor(cluster: str, wanted: Query, cursor: str) -> str:
    """The place after which a cursor of this list continues, "" for none. Raises BadCursor."""
    if not cursor:
        return ""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        place, name = str(found["after"]), found["list"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadCursor("this cursor was not issued by a list: list from the start") from error
    if name != _name(cluster, wanted) or not place.startswith(wanted.prefix) or not place.isprintable():
        raise BadCursor("the cursor belongs to a list with other filters: list from the start")
    return place


def sort_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in catalogue order."""
    return sorted(entries, key=lambda entry: entry.place)


def _name(cluster: str, wanted: Query) -> str:
    """A hash that identifies one list."""
    text = json.dumps([cluster, asdict(wanted)], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
