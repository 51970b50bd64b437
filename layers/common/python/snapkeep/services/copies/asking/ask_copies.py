"""A turn at a vault: settles earlier requests, and requests what is wanted most.

The copies themselves are the vault's, under its key and for as long as it says; a source may only share and
ask. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.copies.queue import next_up, room
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.requests import Received
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.troubles import TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.services.copies.asking.ask_point import AskPoint
from snapkeep.services.copies.asking.check_keys import CheckKeys
from snapkeep.services.copies.asking.known_copies import known_copies
from snapkeep.services.copies.asking.settle_asked import NO_ANSWER, SettleAsked
from snapkeep.services.copies.asking.sweep_shares import SweepShares
from snapkeep.services.copies.choose_copies import ChooseCopies, Wanted
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.tell_copies import TellCopies
from snapkeep.services.copies.troubles.found import Found, by_uid, newest_ready, subject_of
from snapkeep.services.copies.turn import Turn


@dataclass(frozen=True, slots=True)
class AskCopies:
    """Works on one vault after another, each under the lease of its place."""

    deployment: Deployment
    settler: SettleAsked
    chooser: ChooseCopies
    key_checker: CheckKeys
    asker: AskPoint
    sweeper: SweepShares
    teller: TellCopies
    clock: Clock

    def run(self, turn: Turn, received: Sequence[Received], asked: Sequence[Wanted] = ()) -> None:
        """One turn; `received` are the answers that brought it about, `asked` what people want besides."""
        records = self.settler.answer(turn, _by_point(turn, self.deployment), received)
        begun, takes_more = self.settler.remind(
            turn, [each for each in records.values() if each.stage.is_open]
        )
        records |= {each.point_id: each for each in begun}
        listed = known_copies(turn.place, records.values())
        chosen = self.chooser.run(turn.place, listed, begun)
        turn.report.passed_over = chosen.passed_over
        fit, unfit = self.key_checker.run([*asked, *chosen.wanted])
        if takes_more:
            self._ask(turn, listed, fit, begun, {each.source.point_id for each in asked})
        with turn.part("what is shared for nothing"):
            self.sweeper.run(turn)
        _check_key(turn, records.values())
        reasons = _reasons(unfit, listed, records.values())
        self.teller.run(turn, listed, replace(chosen, wanted=fit), {TroubleKind.COPIES_LATE: reasons})

    def _ask(
        self,
        turn: Turn,
        listed: PlaceCopies,
        wanted: Sequence[Wanted],
        begun: Sequence[CopyRecord],
        by_hand: Collection[str],
    ) -> None:
        """Ask for as many of the wanted points as there is room for, the most urgent first."""
        journaled = turn.records.copies(turn.place.name, [each.key for each in wanted])
        here = (turn.place.region, turn.place.account)
        known = {key: record.in_region(*here) for key, record in journaled.items()}
        now = self.clock()
        may_begin = {each.key: each for each in wanted if _may_begin(known.get(each.key), now)}
        ready = [each.source for each in may_begin.values()]
        sources = next_up(ready, listed.copies, room(len(begun)), asked=by_hand)
        turn.report.waiting = len(may_begin) - len(sources)
        for number, source in enumerate(sources):
            each = may_begin[source.claim.cluster, source.point_id]
            try:
                self.asker.begin(turn, source, each.rule, known.get(each.key))
            except SnapkeepError as error:
                turn.report.given_up[f"{turn.place.name}: {each.subject}"] = error.reason
                turn.report.waiting += len(sources) - number
                return


def _by_point(turn: Turn, deployment: Deployment) -> dict[str, CopyRecord]:
    """All records of the place, by the ids of their points, which are unique; of clusters that left the
    config those that are open, whose points are still shared."""
    name = turn.place.name
    found = {record.point_id: record for record in turn.records.open_copies(name)}
    for cluster in deployment.clusters:
        found |= {record.point_id: record for record in turn.records.copies_of(name, cluster.name)}
    return found


def _may_begin(record: CopyRecord | None, now: datetime) -> bool:
    return record is None or record.may_begin(now)


def _check_key(turn: Turn, records: Iterable[CopyRecord]) -> None:
    """Report if the vault's newest copies are under another key than the config expects."""
    place = turn.place
    ready = [each for each in records if each.stage is CopyStage.READY and each.account == place.account]
    newest = max(ready, key=lambda each: each.taken, default=None)
    if place.kms_key and newest is not None and newest.kms_key != place.kms_key:
        name = f"{place.name}: its key"
        turn.report.given_up[name] = (
            f"{place.name} copies under {newest.kms_key}, but the config expects {place.kms_key}: ask the "
            "vault's owners, then correct or omit the place's kms_key"
        )


def _reasons(
    unfit: Iterable[tuple[Wanted, str]], listed: PlaceCopies, records: Iterable[CopyRecord]
) -> Found:
    """Why claims have no new copy: the vault does not answer, or their key cannot be shared."""
    newest = newest_ready(listed, by_uid)
    found = Found()
    for record in records:
        last = newest.get((record.cluster, record.claim_uid, record.policy))
        if record.reason == NO_ANSWER and (last is None or last < record.taken):
            subject = f"{record.namespace}/{record.claim} ({record.policy})"
            found.add(record.cluster, subject, NO_ANSWER, at_once=True)
    for each, reason in unfit:
        source = each.source
        found.add(source.claim.cluster, subject_of(source), reason, at_once=True)
    return found
