"""A world whose runs save the objects of two namespaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from snapkeep.adapters.aws.envelopes import KmsEnvelopes
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved
from snapkeep.services.objects.save_objects import ObjectsReport
from snapkeep.wiring import objects
from snapkeep.wiring.ports import Ports
from tests.fakes.kms import FakeKms
from tests.fakes.messaging import FakeObjectsSaver
from tests.fakes.objects import FakeObjectClusters, FakeObjects, MemoryArchives
from tests.fakes.world import SLOT, World, a_claim, a_policy

NIGHT = timedelta(days=1)


class SavingWorld(World):
    """Two shops, each with a claim and a deployment."""

    def __init__(self, **policy: Any) -> None:
        self.objects = FakeObjects()
        for namespace in ("shop", "store"):
            self.objects.put("namespaces", "", namespace)
            self.objects.put("deployments.apps", namespace, "web", spec={"replicas": 2})
        self.object_clusters = FakeObjectClusters({"myeks": self.objects})
        self.archives = MemoryArchives()
        self.kms = FakeKms()
        self.objects_saver = FakeObjectsSaver()
        given = {"objects": ObjectScope.NAMESPACE, **policy}
        claims = [a_claim("data", namespace=namespace) for namespace in ("shop", "store")]
        super().__init__(*claims, policy=a_policy(**given))

    def ports(self, wrap: Callable[[Any], Any] = lambda port: port) -> Ports:
        """With clusters' objects and archives."""
        return replace(
            super().ports(wrap),
            object_clusters=self.object_clusters,
            object_archives=self.archives,
            objects_saver=wrap(self.objects_saver),
            envelopes=KmsEnvelopes(self.kms),
        )

    def save(self, seconds: int = 600, owner: str = "pass") -> ObjectsReport:
        """One pass of save_objects."""
        saver = objects.save_objects(self.ports())
        (report,) = saver.run(owner, self.clock() + timedelta(seconds=seconds))
        return report

    def records(self) -> list[Saved]:
        """The journal's records."""
        return list(self.journal.saved_objects.records.values())


def run_of(night: int = 0) -> str:
    """The id of the run of a night."""
    return f"myeks.nightly.{SLOT + night * NIGHT:%Y%m%dT%H%M%SZ}"
