"""In-memory checks and suspicions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from snapkeep.domain.proof.checks import Check
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.ports.checks import PointOfClaim
from tests.fakes.faults import Faults


class MemoryChecks(Faults):
    """The ports Checks and Suspicions in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.of_points: dict[tuple[str, str, str, str, str], Check] = {}
        self.begun: dict[str, int] = {}
        self.open: dict[tuple[str, str, str], Suspicion] = {}

    def write_check(self, check: Check) -> None:
        self._before("write_check")
        subject = check.subject
        key = (subject.cluster, subject.namespace, subject.claim, subject.point_id, subject.place)
        self.of_points[key] = check
        self._after("write_check")

    def checks(self, cluster: str, points: Sequence[PointOfClaim], place: str = "") -> Mapping[str, Check]:
        self._before("checks")
        keys = [(cluster, *each, place) for each in points]
        return {key[3]: self.of_points[key] for key in keys if key in self.of_points}

    def checks_of(self, cluster: str, namespace: str, claim: str) -> Iterator[Check]:
        self._before("checks_of")
        whose = (cluster, namespace, claim)
        yield from [check for key, check in self.of_points.items() if key[:3] == whose and not key[4]]

    def looks_begun(self, snapshot_id: str) -> int:
        self._before("looks_begun")
        return self.begun.get(snapshot_id, 0)

    def write_looks_begun(self, snapshot_id: str, count: int, at: datetime) -> None:
        self._before("write_looks_begun")
        self.begun[snapshot_id] = count
        self._after("write_looks_begun")

    def write_suspicion(self, suspicion: Suspicion) -> None:
        self._before("write_suspicion")
        self.open.setdefault(_key(suspicion), suspicion)
        self._after("write_suspicion")

    def suspicions(self, cluster: str) -> Collection[Suspicion]:
        self._before("suspicions")
        return [each for each in self.open.values() if each.subject.cluster == cluster]

    def drop_suspicion(self, suspicion: Suspicion) -> None:
        self._before("drop_suspicion")
        self.open.pop(_key(suspicion), None)
        self._after("drop_suspicion")


def _key(suspicion: Suspicion) -> tuple[str, str, str]:
    return suspicion.subject.cluster, suspicion.subject.point_id, suspicion.subject.place
