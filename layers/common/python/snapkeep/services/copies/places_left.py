"""Places that left the config, or moved to another Region: what was begun there is settled, what vaults were
asked for is no longer shared, and what stays is told. Nothing is copied there, locked anew or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import read_copy
from snapkeep.domain.copies.places import KnownPlace, Place
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords
from snapkeep.services.copies.asking.ask_point import AskPoint
from snapkeep.services.copies.place_copies import sorted_out
from snapkeep.services.copies.settle_copies import SettleCopies
from snapkeep.services.copies.turn import Turn
from snapkeep.services.tell_troubles import TellTroubles

COUNT_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlacesLeft:
    """Knows from the journal which places the config used to name."""

    deployment: Deployment
    records: CopyRecords
    settler: SettleCopies
    asker: AskPoint
    tell_troubles: TellTroubles
    clock: Clock

    def run(self) -> Sequence[Place]:
        """Remember the places of the config; returns those that left it, each in the Region where it was."""
        now = self.clock()
        known = {(each.name, each.region): each for each in self.records.places()}
        here = [(each.name, each.region) for each in self.deployment.places]
        for key in here:
            seen = known.pop(key, None)
            if seen is None or seen.copies or now - seen.last_seen > COUNT_EVERY:
                back = replace(seen, last_seen=now, copies=0, counted_at=None) if seen else None
                self.records.write_place(back or KnownPlace(*key, now, now))
        return [Place(each.name, each.region, "", retire=True) for each in known.values()]

    def settle(self, turn: Turn) -> None:
        """One turn at a place that left the config."""
        place = turn.place
        open_ = [each for each in turn.records.open_copies(place.name) if turn.is_here(each)]
        asked = self._end_asked(turn, [each for each in open_ if each.account])
        begun = [each for each in open_ if not each.account]
        changing = bool(begun)
        if begun:
            there = turn.snapshots.get_many([each.snapshot_id for each in begun if each.snapshot_id])
            found = [*there.values()]
            for record in begun:
                if not record.snapshot_id:
                    found += turn.snapshots.find(
                        copy_tags.found_by(place.name) | {tags.POINT: record.point_id}
                    )
            begun = self.settler.run(turn, sorted_out(map(read_copy, found)))
        known = next(each for each in self.records.places() if (each.name, each.region) == _key(place))
        known = self._counted(turn, known, anew=changing)
        if not (known.copies or begun or asked):
            self.records.forget_place(*_key(place))
        self.tell_troubles.tell(_topic(place), dict(self._left(turn, known)))

    def _end_asked(self, turn: Turn, records: Sequence[CopyRecord]) -> list[CopyRecord]:
        """End requests to a vault: nothing stays shared with it. Returns those that could not be ended."""
        still_open = []
        for record in records:
            ended = record
            with turn.part(record.subject):
                ended = self.asker.end_elsewhere(turn, record)
            still_open += [ended] if ended.stage.is_open else []
        return still_open

    def _counted(self, turn: Turn, known: KnownPlace, *, anew: bool) -> KnownPlace:
        now = self.clock()
        if not anew and known.counted_at is not None and now - known.counted_at < COUNT_EVERY:
            return known
        complete = turn.snapshots.find(copy_tags.found_by(turn.place.name), state=SnapshotState.COMPLETED)
        copies = sum(1 for _ in complete)
        known = replace(known, copies=copies, counted_at=now)
        self.records.write_place(known)
        return known

    def _left(self, turn: Turn, known: KnownPlace) -> Iterator[tuple[str, str]]:
        """What lasts there: subject and reason."""
        name, region = _key(turn.place)
        failed = [each for each in turn.records.failed_copies(name) if turn.is_here(each)]
        if known.copies:
            now_in = next((each.region for each in self.deployment.places if each.name == name), "")
            text = (
                f"which the config has in {now_in} now: delete them there when nobody needs them any more"
                if now_in
                else "which the config no longer names; nothing prunes them. Add the place again with "
                "retire: true so that they expire by their retention"
            )
            many = "1 copy remains" if known.copies == 1 else f"{known.copies:,} copies remain"
            yield f"{name} in {region}", f"{many} in {name} ({region}), {text}"
        for each in failed:
            if each.stage is CopyStage.FAILED and known.last_seen < (each.ended_at or known.last_seen):
                yield each.subject, f"not tried again, because {name} left the config: {each.reason}"


def _key(place: Place) -> tuple[str, str]:
    return place.name, place.region


def _topic(place: Place) -> Topic:
    return Topic(TroubleKind.COPIES_LEFT, "", f"{place.name} in {place.region}")
