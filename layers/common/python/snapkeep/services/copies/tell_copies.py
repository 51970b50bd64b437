"""Reports copies that are late or were given up, and measures how old the newest ones are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from snapkeep.domain.copies.view.lateness import LATE_AFTER
from snapkeep.domain.policies import Deployment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import CopyNews
from snapkeep.services.copies.choose_copies import Chosen
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.found import Found
from snapkeep.services.copies.troubles.full import full_copies
from snapkeep.services.copies.troubles.given_up import given_up
from snapkeep.services.copies.troubles.late import FindLate, ages
from snapkeep.services.copies.troubles.left_clusters import left_clusters
from snapkeep.services.copies.turn import Turn
from snapkeep.services.tell_troubles import TellTroubles


@dataclass(frozen=True, slots=True)
class TellCopies:
    """Reports the troubles of a place, once and then weekly while they last."""

    deployment: Deployment
    tell_troubles: TellTroubles
    news: CopyNews
    clock: Clock

    def run(
        self,
        turn: Turn,
        listed: PlaceCopies,
        chosen: Chosen,
        others: Mapping[TroubleKind, Found] = MappingProxyType({}),
    ) -> None:
        """Tell what lasts at a place after a turn: what is late or given up, and `others`. Those that are
        late say better why than what is found here.

        Snapshots that cannot be read as copies belong to no cluster that may be believed, so they are work
        given up.
        """
        for each in listed.unreadable:
            name = f"{turn.place.name}: {each.snapshot_id}"
            turn.report.given_up[name] = f"{name} counts for no point, because {each.reason}"
        now = self.clock()
        failed = given_up(turn, listed, now)
        late = FindLate(self.deployment).run(turn, listed, chosen, now)
        late.add_all(others.get(TroubleKind.COPIES_LATE, Found()))
        for kind, found in ((TroubleKind.COPY_FAILED, failed), *others.items()):
            if kind in (TroubleKind.COPY_FAILED, TroubleKind.COPIES_LOST):
                late.leave_to(found)
        kinds = {**others, TroubleKind.COPIES_LATE: late, TroubleKind.COPY_FAILED: failed}
        for kind, found in kinds.items():
            self._tell(turn, kind, found)
        if not turn.place.is_vault:
            with turn.part("clusters that left the config"):
                topic = Topic(TroubleKind.COPIES_LEFT, "", turn.place.name)
                known = {cluster.name for cluster in self.deployment.clusters}
                self.tell_troubles.tell(topic, left_clusters(turn.place, listed, known))
        for (name, policy), age in ages(chosen, listed, now).items():
            self.news.copy_age(name, policy, turn.place.name, age)

    def full(self, turn: Turn, listed: PlaceCopies, *, whole: bool) -> None:
        """Tell of copies that send everything again; `whole` says that all of the place was listed."""
        with turn.part("full copies"):
            told = self.tell_troubles
            found = full_copies(turn, listed, self.deployment, told, self.clock(), whole=whole)
            if whole or found.by_cluster:
                self._tell(turn, TroubleKind.COPIES_FULL, found)

    def _tell(self, turn: Turn, kind: TroubleKind, found: Found) -> None:
        for cluster in self.deployment.clusters:
            with turn.part(f"{kind} of {cluster.name}"):
                topic = Topic(kind, cluster.name, turn.place.name)
                here = found.by_cluster.get(cluster.name, {})
                at_once = found.at_once.get(cluster.name, ())
                lasting = self.tell_troubles.tell(topic, here, LATE_AFTER, at_once)
                if kind is TroubleKind.COPIES_LATE:
                    turn.report.late |= lasting
                    self.news.copies_late(cluster.name, turn.place.name, len(lasting))
