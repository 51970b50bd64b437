"""A deployment in Osaka that adopts the copies there: the Region that made them is gone.

`ask()` sends a restore into cluster `spare`, `settle()` lets finish_restores run and a pod use each claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Cluster
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.wiring import api
from tests.fakes.api import CALLER, Api
from tests.fakes.cluster import FakeCluster, FakeClusters
from tests.fakes.copying import CopyWorld
from tests.fakes.faults import Crash
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import World, a_policy
from tests.fakes.world_reads import SLOT

SPARE, OTHER = "spare", "other"
A_DAY = timedelta(days=1)


@cache
def _copied() -> tuple[datetime, Sequence[Snapshot]]:
    """Copies in Osaka of two daily points of mysql and of wordpress, and the time after that."""
    home = CopyWorld()
    home.live(minutes=15)
    home.back_up_again(SLOT + A_DAY)
    home.live(minutes=15)
    return home.clock(), tuple(home.osaka.all.values())


class AdoptingWorld(World):
    """Clusters `spare` and `other` in Osaka with a namespace `shop`, a journal of their own, and copies."""

    def __init__(self) -> None:
        super().__init__(policy=a_policy(clusters=(SPARE,)), name="dr")
        self.clock.now, copies = _copied()
        for copy in copies:
            self.ebs.put(copy)
        self._keys = count(1)
        self.clusters = FakeClusters(*(self._cluster(name) for name in (SPARE, OTHER)))
        self.cluster = self.clusters.clusters[SPARE]
        region = "ap-northeast-3"
        self.deployment = replace(
            self.deployment, clusters=(Cluster(SPARE, region), Cluster(OTHER, region)), adopt=True
        )
        self._build(lambda port: port)

    def rebuild(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        """Make the functions anew; `wrap` may put a proxy around each port."""
        self._build(wrap)

    @staticmethod
    def _cluster(name: str) -> FakeCluster:
        cluster = FakeCluster(name)
        cluster.namespaces["shop"] = "Active"
        cluster.place = a_target()
        return cluster

    def ask(
        self, cluster: str = SPARE, *, wrap: Callable[[Any], Any] = lambda port: port, **wish: Any
    ) -> Any:
        """The answer to a request for the newest copy of shop/mysql as `back`, except for the changes."""
        body = {"namespace": "shop", "claim": "mysql", "target": "back", "from_place": "osaka"} | wish
        given = {key: value for key, value in body.items() if value is not None}
        return Api(self, wrap=wrap).post(f"/v1/clusters/{cluster}/restores", given, f"key-{next(self._keys)}")

    def begin(self, target: str = "back", wrap: Callable[[Any], Any] = lambda port: port) -> None:
        """What the API does for `ask()`, without HTTP."""
        service = api.request_restores(self.ports(wrap))
        wish = RestoreRequest(SPARE, "shop", target, claim="mysql", from_place="osaka")
        service.start(service.plan(wish), f"{next(self._keys):016x}", CALLER)

    def finish(self, *, passes: int = 1) -> None:
        """Let finish_restores run every 5 minutes; it may die."""
        for _ in range(passes):
            self.wait(minutes=5)
            with suppress(Crash):
                self.finisher.run()

    def settle(self) -> None:
        """Let finish_restores run, let pods use the claims, and let it run again."""
        self.finish(passes=2)
        for cluster in self.clusters.clusters.values():
            for namespace, name in list(cluster.restored):
                cluster.bind_restored(namespace, name)
        self.finish(passes=2)

    def restores(self) -> list[RestoreOperation]:
        """The journal's restores, oldest first."""
        return sorted(self.journal.restores.all.values(), key=lambda each: (each.accepted_at, each.id))

    def copy_of(self, claim: str = "mysql") -> Snapshot:
        """The newest copy of a claim as EC2 shows it."""
        found = [each for each in self.ebs.all.values() if each.tags.get(tags.CLAIM) == claim]
        return max(found, key=lambda each: each.tags["snapkeep:taken"])

    def lent(self, claim: str = "mysql") -> str:
        """The cluster that the driver's tags on the newest copy of a claim name; "" without these tags."""
        present = self.copy_of(claim).tags
        marked = present.get(EBS_CSI.mark) == "true"
        return present.get(EBS_CSI.cluster_key, "unnamed") if marked else ""

    def nothing_left_over(self) -> bool:
        """True when no copy carries a hold or a driver's tag, and no import and no open restore is left."""
        keys = {tags.HOLD, EBS_CSI.mark, EBS_CSI.cluster_key}
        clusters = self.clusters.clusters.values()
        return (
            not any(keys & each.tags.keys() for each in self.ebs.all.values())
            and not any(each.imported_contents or each.imported_snapshots for each in clusters)
            and not list(self.journal.restores.open_restores())
        )
