"""What the fake cluster, journal and holds know about restores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import NameTaken, NotFound, TemporaryError
from snapkeep.domain.restore.bindings import Binding
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.restore.operations import RestoreOperation, Way
from snapkeep.domain.restore.progress import RestoredClaim
from snapkeep.domain.restore.suggestions import other_names
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts
from snapkeep.domain.retention.deletion.deletions import refuse_unless_retained
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import VolumeSnapshot
from snapkeep.ports.restores import Restores
from tests.fakes.faults import Faults
from tests.fakes.snapshots import VOLUME_OF

FOREIGN = ""


class RestoringCluster(Faults):
    """Restores' claims stay Pending until `bind_restored`; maps `(namespace, name)` to restore id."""

    def __init__(self) -> None:
        super().__init__()
        self.claim_list: list[Claim] = []
        self.restored: dict[tuple[str, str], RestoredClaim] = {}
        self.sources: dict[tuple[str, str], str] = {}
        self.wanted: dict[tuple[str, str], str] = {}
        self.imported_contents: dict[str, str] = {}
        self.imported_snapshots: dict[tuple[str, str], str] = {}
        self.flipped_imports: set[str] = set()
        self.waits_for_consumer = True
        self.place = TargetFacts(region="")
        self.namespaces: dict[str, str] = {}
        self.snapshots: dict[tuple[str, str], VolumeSnapshot] = {}

    def restore_target(self, namespace: str, claim: str, region: str) -> TargetFacts:
        self._before("restore_target")
        phase = self.namespaces.get(namespace, "")
        listed = {(item.namespace, item.name) for item in self.claim_list}
        there = listed | self.restored.keys()
        taken = phase != "" and (namespace, claim) in there
        free = next(name for name in other_names(claim) if (namespace, name) not in there) if taken else ""
        return replace(self.place, region=region, namespace_phase=phase, claim_exists=taken, free_name=free)

    def storage_classes(self) -> Mapping[str, ClassFacts]:
        self._before("storage_classes")
        return self.place.classes

    def import_snapshot(self, restore: RestoreOperation) -> None:
        self._before("import_snapshot")
        self._own(self.imported_contents.setdefault(restore.objects, restore.id), restore)
        key = (restore.namespace, restore.objects)
        self._own(self.imported_snapshots.setdefault(key, restore.id), restore)
        self._after("import_snapshot")

    def create_restored_claim(self, restore: RestoreOperation) -> None:
        self._before("create_restored_claim")
        pending = RestoredClaim("Pending", restore.id, self.waits_for_consumer, node_selected=False)
        claim = self.restored.setdefault((restore.namespace, restore.target), pending)
        self._own(claim.operation, restore)
        made_from = self.sources.setdefault((restore.namespace, restore.target), restore.source)
        self.wanted[restore.namespace, restore.target] = restore.snapshot_id
        if made_from != restore.source and not claim.binding:
            del self.restored[restore.namespace, restore.target]
            del self.sources[restore.namespace, restore.target]
            raise TemporaryError(f"the claim is created again: {made_from} is gone")
        self._after("create_restored_claim")

    def restored_claim(self, restore: RestoreOperation) -> RestoredClaim | None:
        self._before("restored_claim")
        claim = self.restored.get((restore.namespace, restore.target))
        if claim is None or claim.phase != "Pending" or claim.operation != restore.id:
            return claim
        there = self._has_snapshot(restore)
        error = "" if there else f"VolumeSnapshot {restore.source} is gone"
        return replace(claim, snapshot_ready=there, snapshot_error=error, snapshot_gone=not there)

    def _has_snapshot(self, restore: RestoreOperation) -> bool:
        key = (restore.namespace, restore.source)
        return key in (self.imported_snapshots if restore.way is Way.IMPORT else self.snapshots)

    def remove_imported_snapshot(self, restore: RestoreOperation) -> None:
        self._before("remove_imported_snapshot")
        for name in restore.all_objects:
            key = (restore.namespace, name)
            if name in self.flipped_imports and self.imported_contents.get(name) == restore.id:
                refuse_unless_retained(name, "Delete", restore.snapshot_id, "/".join(key))
            if self.imported_snapshots.get(key) == restore.id:
                del self.imported_snapshots[key]
            if self.imported_contents.get(name) == restore.id:
                del self.imported_contents[name]
        self._after("remove_imported_snapshot")

    def remove_restored_claim(self, restore: RestoreOperation) -> None:
        self._before("remove_restored_claim")
        key = (restore.namespace, restore.target)
        claim = self.restored.get(key)
        if claim is not None and claim.operation == restore.id and not claim.binding:
            del self.restored[key]
            self.sources.pop(key, None)
        self._after("remove_restored_claim")

    def bind_restored(self, namespace: str, name: str, volume_id: str | None = None) -> None:
        """Let a pod use the claim and the driver create its volume, unless the test names another one."""
        key = (namespace, name)
        made = VOLUME_OF + self.wanted.get(key, "") if volume_id is None else volume_id
        self.restored[key] = replace(self.restored[key], phase="Bound", binding=Binding(f"pv-{name}", made))

    def put_foreign_claim(self, namespace: str, name: str) -> None:
        """Let somebody else create a claim with that name first."""
        self.restored[namespace, name] = RestoredClaim(
            "Pending", FOREIGN, waits_for_consumer=False, node_selected=False
        )

    @staticmethod
    def _own(owner: str, restore: RestoreOperation) -> None:
        if owner != restore.id:
            raise NameTaken(
                f"{restore.namespace}/{restore.target} exists and was not created by this restore"
            )


class NothingLent:
    """Copies of no lost journal: nothing is left to take back."""

    def run(self) -> None:
        return None


class FakeHolds(Faults):
    """Maps snapshot id and holder to the end of the hold; those of open restores do not end."""

    def __init__(self, clock: Clock, restores: Restores) -> None:
        super().__init__()
        self.clock, self.restores = clock, restores
        self.held: dict[str, dict[str, datetime]] = {}
        self.gone: set[str] = set()

    def hold(self, snapshot_id: str, holder: str, reason: str, until: datetime) -> None:
        self._before("hold")
        if snapshot_id in self.gone:
            raise NotFound(f"snapshot {snapshot_id} does not exist")
        self.held.setdefault(snapshot_id, {})[holder] = until
        self._after("hold")

    def release(self, snapshot_id: str, holder: str) -> None:
        self._before("release")
        self.held.get(snapshot_id, {}).pop(holder, None)
        self._after("release")

    def release_ended(self) -> list[Hold]:
        self._before("release_ended")
        now, open_ones = self.clock(), {each.holder for each in self.restores.open_restores()}
        ended = [
            Hold(snapshot_id, holder, "", until)
            for snapshot_id, holders in self.held.items()
            for holder, until in holders.items()
            if until <= now and holder not in open_ones
        ]
        for hold in ended:
            self.release(hold.snapshot_id, hold.holder)
        return ended
