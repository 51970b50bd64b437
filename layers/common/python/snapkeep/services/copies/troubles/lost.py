"""Copies that were complete and are gone, although the rules still want them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, CopyState, Source, read_copy
from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.report.storage import US_EAST_1
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.sizes import gib
from snapkeep.ports.deletions import Deletions
from snapkeep.services.copies.choose_copies import Chosen, Wanted
from snapkeep.services.copies.place_copies import PlaceCopies, PointKey
from snapkeep.services.copies.settle_copies import GONE_AFTER
from snapkeep.services.copies.troubles.found import Found, by_uid, newest_ready, subject_of
from snapkeep.services.copies.turn import Turn

MOST_REMADE = 1
"""How often one point is copied again; otherwise somebody who deletes each copy would make us pay every
time.
"""


@dataclass(slots=True)
class Looked:
    """What is wanted besides what the journal holds for complete, the records as they now apply, and what was
    lost."""

    chosen: Chosen
    known: dict[PointKey, CopyRecord]
    found: Found = field(default_factory=Found)


@dataclass(frozen=True, slots=True)
class FindLost:
    """Finds copies that are ready in the journal but missing from the place's listing.

    `home` is where their points are.
    """

    deletions: Deletions
    home: Home

    def run(
        self,
        turn: Turn,
        listed: PlaceCopies,
        chosen: Chosen,
        known: Mapping[PointKey, CopyRecord],
        now: datetime,
    ) -> Looked:
        """Tell which of the wanted points had a copy that somebody deleted.

        Only a claim's newest copy is made again, and only once, because it costs as much as the first. One
        that Snapkeep deleted is not missing, and one that completed in the last hours may only not be listed
        yet.
        """
        looked = Looked(chosen, dict(known))
        newest = newest_ready(listed, by_uid)
        wanted: list[Wanted] = []
        leads = _leads(chosen)
        for each in chosen.wanted:
            record = known.get(each.key)
            if record is None or record.stage is not CopyStage.READY:
                wanted.append(each)
                continue
            fate = self._fate(turn, listed, record, now)
            if not fate:
                continue
            source = each.source
            overtaken = newest.get(by_uid(source), source.taken) > source.taken
            if leads[by_uid(source)] is source and not overtaken and record.remade < MOST_REMADE:
                wanted.append(each)
                looked.known[each.key] = record.lost()
                what = f"it is copied again, which {_cost(source)}"
            elif record.remade:
                what = "it was already copied again once, and will not be again"
            else:
                what = "it is not copied again, because a newer point is or will be copied"
            looked.found.add(source.claim.cluster, subject_of(source), f"{fate}; {what}", at_once=True)
        looked.chosen = replace(chosen, wanted=wanted)
        return looked

    def _fate(self, turn: Turn, listed: PlaceCopies, record: CopyRecord, now: datetime) -> str:
        """What became of a complete copy; "" for one that is there, too new to tell, or pruned."""
        name = record.snapshot_id
        if now - (record.ended_at or record.taken) < GONE_AFTER:
            return ""
        copy = listed.by_id.get(name) or self._described(turn, name)
        if isinstance(copy, str):
            return f"{name} is hidden: {copy}"
        if copy is None:
            pruned = self.deletions.knows_deletion(name)
            return "" if pruned else f"{name} was deleted in EC2, and not by Snapkeep"
        if isinstance(copy, Unreadable):
            return f"{name} is no longer a copy: {copy.reason}"
        if copy.state is CopyState.DELETING:
            pruned = self.deletions.knows_deletion(name)
            return "" if pruned else f"{name} is in the Recycle Bin, and Snapkeep did not delete it"
        if copy.duplicate:
            return f"{name} is tagged {tags.DUPLICATE}, although no other copy of its point is there"
        return ""

    def _described(self, turn: Turn, snapshot_id: str) -> Copy | Unreadable | str | None:
        """A copy that the listing does not show, or which tag that it is listed by somebody edited."""
        snapshot = turn.snapshots.get(snapshot_id)
        if snapshot is None:
            return None
        listed_by = copy_tags.found_by(turn.place.name)
        if copy_tags.is_from_elsewhere(snapshot, self.home):
            listed_by[copy_tags.COPY_FROM] = copy_tags.whence_of(snapshot, self.home)
        for key, value in listed_by.items():
            if snapshot.tags.get(key) != value:
                found = snapshot.tags.get(key, "nothing")
                return f"its tag {key} says {found!r} instead of {value!r}; correct it"
        return read_copy(snapshot)


def _leads(chosen: Chosen) -> Mapping[tuple[str, str, str], Source]:
    """The newest wanted point of each claim under a policy."""
    newest: dict[tuple[str, str, str], Source] = {}
    for each in chosen.wanted:
        key = by_uid(each.source)
        newest[key] = max(newest.get(key, each.source), each.source, key=lambda item: item.taken)
    return newest


def _cost(source: Source) -> str:
    size = gib(source.size_bytes)
    return f"costs up to {size:,.0f} GiB and ${size * US_EAST_1.transfer:,.2f} to send"
