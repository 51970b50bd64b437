"""Takes copies: at every place in turn, settles copies in progress and starts what is wanted most.

A copy consists of: lease of the place, listing, intent, CopySnapshot, outcome. Nobody else can copy between
the listing and the intent, which is refused once the lease is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.copies.copies import Source
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.queue import next_up, room
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.requests import Received
from snapkeep.domain.policies import Deployment
from snapkeep.domain.troubles import TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords, CopyRequests
from snapkeep.ports.ec2 import Regions
from snapkeep.services.copies.asking.ask_copies import AskCopies
from snapkeep.services.copies.choose_copies import ChooseCopies, Chosen, Wanted
from snapkeep.services.copies.copy_point import CopyPoint
from snapkeep.services.copies.lock_copy import lock_again
from snapkeep.services.copies.place_copies import PlaceCopies, PointKey, read_place
from snapkeep.services.copies.places_left import PlacesLeft
from snapkeep.services.copies.settle_copies import SettleCopies
from snapkeep.services.copies.short_turn import MOST_QUEUED, ShortTurn
from snapkeep.services.copies.tell_copies import TellCopies
from snapkeep.services.copies.troubles.compared import CompareCopies
from snapkeep.services.copies.troubles.found import Found
from snapkeep.services.copies.troubles.lost import FindLost
from snapkeep.services.copies.troubles.unlocked import unlocked
from snapkeep.services.copies.turn import PlaceReport, Turn
from snapkeep.services.give_up import GiveUp, part_of_a_pass

LEASE = timedelta(minutes=6)
"""Longer than copy_points may run, so that a live holder never loses its lease."""

PATIENCE = timedelta(minutes=15)
"""Work that failed in three turns in a row is reported."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted at a place, by rules (`chosen`) and by people (`asked`), the records of these points,
    and the copies of them that somebody deleted."""

    chosen: Chosen
    asked: Sequence[Wanted]
    known: Mapping[PointKey, CopyRecord]
    lost: Found

    def may_begin(self, now: datetime) -> dict[PointKey, Wanted]:
        """The points whose copies may begin by what the journal knows."""
        wanted = [*self.asked, *self.chosen.wanted]
        records = ((each, self.known.get(each.key)) for each in wanted)
        return {each.key: each for each, record in records if record is None or record.may_begin(now)}

    def not_cancelled(self) -> Chosen:
        """What the rules want and nobody cancelled."""
        cancelled = {key for key, record in self.known.items() if record.stage is CopyStage.CANCELLED}
        still = [each for each in self.chosen.wanted if each.key not in cancelled]
        return replace(self.chosen, wanted=still)


@dataclass(frozen=True, slots=True)
class TakeCopies:
    """Works on places; trouble with one never stops the others."""

    deployment: Deployment
    regions: Regions
    records: CopyRecords
    requests: CopyRequests
    settler: SettleCopies
    chooser: ChooseCopies
    loss: FindLost
    comparer: CompareCopies
    left: PlacesLeft
    copier: CopyPoint
    short: ShortTurn
    teller: TellCopies
    asker: AskCopies
    give_up: GiveUp
    clock: Clock

    def run(self, owner: str) -> list[PlaceReport]:
        """One turn at every place. `owner` must be unique to this invocation, because it holds the leases."""
        reports = [self._turn(place, owner) for place in self.deployment.places]
        given_up: dict[str, str] = {}
        with part_of_a_pass("places that left the config", given_up, "places that left the config"):
            reports += [self._turn(place, owner, left=True) for place in self.left.run()]
        parts = given_up | {part: reason for report in reports for part, reason in report.given_up.items()}
        self.give_up.report(parts, unseen=_unseen(reports))
        return reports[: len(self.deployment.places)]

    def in_region(self, region: str, owner: str, incremental: Mapping[str, bool]) -> list[PlaceReport]:
        """One turn at the places in a Region, where copies ended; `incremental` says for some of them, by
        snapshot id, whether only changed blocks were copied."""
        places = [each for each in self.deployment.places if each.region == region and not each.is_vault]
        return [self._turn(place, owner, incremental) for place in places]

    def answered(self, received: Sequence[Received], owner: str) -> list[PlaceReport]:
        """One turn at each vault that answered."""
        named = {each.answer.place for each in received}
        places = [each for each in self.deployment.places if each.is_vault and each.name in named]
        return [
            self._turn(place, owner, received=[each for each in received if each.answer.place == place.name])
            for place in places
        ]

    def _turn(
        self,
        place: Place,
        owner: str,
        incremental: Mapping[str, bool] | None = None,
        *,
        received: Sequence[Received] = (),
        left: bool = False,
    ) -> PlaceReport:
        report = PlaceReport(place.name)
        with part_of_a_pass(f"copies to {place.name}", report.given_up, place.name):
            now = self.clock()
            report.busy = not self.records.lease_place(place.name, owner, now + LEASE, now)
            if report.busy:
                return report
            snapshots, copier = self.regions.snapshots(place.region), self.regions.copier(place.region)
            turn = Turn(place, owner, snapshots, copier, self.records, report, incremental or {})
            if left:
                self.left.settle(turn)
            elif place.is_vault:
                self.asker.run(turn, received, self._asked(turn))
            else:
                self._work(turn, event=incremental is not None)
        if not report.busy:
            with part_of_a_pass(f"the lease of {place.name}", report.given_up, place.name):
                self.records.release_place(place.name, owner)
        return report

    def _work(self, turn: Turn, *, event: bool) -> None:
        place = turn.place.name
        known_place = self.short.known(turn.place)
        somebody_waits = not event and any(self.requests.asked_copies(place))
        if self.short.is_enough(known_place, event=event) and not somebody_waits:
            looked_at = self.short.run(turn, known_place)
            self.teller.full(turn, looked_at, whole=False)
            return
        listed = read_place(turn.snapshots, turn.place)
        begun = self.settler.run(turn, listed)
        wishes = self._wishes(turn, listed, begun)
        queue = self._begin_next(turn, listed, begun, wishes)
        is_due = self.comparer.is_due(known_place)
        if is_due and self.comparer.run(turn, listed, wishes.known):
            known_place = replace(known_place, compared_at=self.clock())
        self.short.remember(turn, known_place, listed, queue)
        self._tell(turn, listed, wishes)

    def _wishes(self, turn: Turn, listed: PlaceCopies, begun: Sequence[CopyRecord]) -> Wishes:
        """What is wanted there, by rules and by people, and what the journal knows of it."""
        chosen = self.chooser.run(turn.place, listed, begun)
        asked = self._asked(turn)
        turn.report.passed_over = chosen.passed_over
        keys = [each.key for each in [*asked, *chosen.wanted]]
        journaled = self.records.copies(turn.place.name, keys)
        known = {key: record.in_region(turn.place.region) for key, record in journaled.items()}
        looked = self.loss.run(turn, listed, chosen, known, self.clock())
        return Wishes(looked.chosen, asked, looked.known, looked.found)

    def _begin_next(
        self, turn: Turn, listed: PlaceCopies, begun: Sequence[CopyRecord], wishes: Wishes
    ) -> list[Wanted]:
        """Begin as many copies as there is room for; returns those that come next.

        An index or the listing may lag, and a copy that prune deleted is not made again: the records decide.
        """
        may_begin = wishes.may_begin(self.clock())
        by_hand = {each.source.point_id for each in wishes.asked}
        ready = [each.source for each in may_begin.values()]
        sources = next_up(ready, listed.copies, room(_in_progress(turn, begun, listed)), asked=by_hand)
        turn.report.waiting = len(may_begin) - len(sources)
        self._begin(turn, [may_begin[_key(each)] for each in sources], wishes.known)
        started = set(turn.report.started)
        later = [each for each in ready if each.point_id not in started]
        return [may_begin[_key(each)] for each in next_up(later, listed.copies, MOST_QUEUED, asked=by_hand)]

    def _tell(self, turn: Turn, listed: PlaceCopies, wishes: Wishes) -> None:
        """Tell what lasts there."""
        troubles = {
            TroubleKind.COPIES_LOST: wishes.lost,
            TroubleKind.COPIES_NOT_LOCKED: unlocked(lock_again(turn, self.copier.terms, self.clock())),
        }
        self.teller.run(turn, listed, wishes.not_cancelled(), troubles)
        self.teller.full(turn, listed, whole=True)

    def _asked(self, turn: Turn) -> list[Wanted]:
        """What people asked for, and what of it failed and is tried again; what can no longer be copied is
        given up."""
        failed = [each for each in self.records.failed_copies(turn.place.name) if each.asked_by]
        again = [each for each in failed if each.stage is CopyStage.FAILED]
        records = [*self.requests.asked_copies(turn.place.name), *again]
        wanted = self.chooser.asked(turn.place, records)
        possible = {each.key for each in wanted}
        for record in records:
            if (record.cluster, record.point_id) not in possible:
                with turn.part(record.subject):
                    self.copier.give_up(turn, record)
        return wanted

    def _begin(self, turn: Turn, queue: Sequence[Wanted], known: Mapping[PointKey, CopyRecord]) -> None:
        """Start these copies, in this order, until EC2 accepts no more."""
        for number, wanted in enumerate(queue):
            record = None
            with turn.part(wanted.source.point_id):
                record = self.copier.run(turn, wanted.source, wanted.rule, known.get(wanted.key))
            if record is not None and record.stage is CopyStage.WAITING:
                turn.report.waiting += len(queue) - number
                return


def _key(source: Source) -> PointKey:
    return source.claim.cluster, source.point_id


def _in_progress(turn: Turn, still_open: Sequence[CopyRecord], listed: PlaceCopies) -> int:
    """Copies that EC2 may be working on: those it shows, and those that only the journal knows."""
    ended = {*turn.report.ready, *turn.report.failed}
    shown = {each.snapshot_id for each in listed.pending if each.point_id not in ended}
    return len(shown) + sum(not each.snapshot_id or each.snapshot_id not in shown for each in still_open)


def _unseen(reports: Sequence[PlaceReport]) -> Sequence[str]:
    """The places that another invocation works on; their troubles last as before."""
    return [report.place for report in reports if report.busy]
