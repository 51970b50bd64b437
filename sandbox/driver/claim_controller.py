"""The volume controller's half for claims: bind, provision, protect, and report what a claim waits for.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#lifecycle-of-a-volume-and-claim
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.claim_binding import VOLUMES, bind, volume_for, waits_for_consumer
from sandbox.driver.claim_words import claim_names, is_finished, is_unbound, needs_work
from sandbox.driver.cluster import (
    Cluster,
    add_finalizer,
    annotate,
    annotations_of,
    drop_finalizer,
    has_finalizer,
    is_deleting,
)
from sandbox.driver.profiles import PROFILES
from sandbox.driver.provisioner import SELECTED_NODE, Provisioner
from sandbox.driver.resizer import Resizer
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.switches import Faults
from sandbox.driver.volume_matching import misfit
from sandbox.driver.worker import Backoff, Key, in_parallel, key_of

COMPONENT = "persistentvolume-controller"
PROTECTION = "kubernetes.io/pvc-protection"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


class ClaimController:
    """Looks after PersistentVolumeClaims."""

    def __init__(self, cluster: Cluster, provisioner: Provisioner, resizer: Resizer, faults: Faults) -> None:
        self._cluster = cluster
        self._provisioner = provisioner
        self._resizer = resizer
        self._faults = faults
        self._backoff = Backoff(0.5, 5.0)

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Claims, the claims of a pod that came or went, and the claim of a volume."""
        if resource == CLAIMS:
            yield key_of(obj)
        if resource == "pods":
            for name in claim_names(obj):
                yield obj["metadata"]["namespace"], name
        reference = obj["spec"].get("claimRef") if resource == VOLUMES else None
        if reference:
            yield reference.get("namespace", ""), reference.get("name", "")

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bring the claims up to date; claims that can only wait are retried with back-off."""
        claims = [claim for key in keys if (claim := self._cluster.find(CLAIMS, *key)) is not None]
        for claim in claims:
            if is_deleting(claim):
                self._release(claim)
            elif not has_finalizer(claim, PROTECTION):
                self._cluster.change(CLAIMS, *key_of(claim), lambda obj: add_finalizer(obj, PROTECTION))
        living = [claim for claim in claims if not is_deleting(claim)]
        # Most claims have their volume and need nothing; only calls to EC2 are worth a thread.
        again = in_parallel(self._sync_one, [claim for claim in living if needs_work(claim)])
        for claim in living:
            if not needs_work(claim):
                self._check_volume(claim)
        return again

    def _sync_one(self, claim: Object) -> float | None:
        if is_unbound(claim):
            return self._bind(claim)
        volume = self._check_volume(claim)
        return self._resizer.resize(claim, volume) if volume else None

    def _check_volume(self, claim: Object) -> Object | None:
        volume = self._cluster.find(VOLUMES, None, claim["spec"]["volumeName"])
        if volume is None and claim["status"]["phase"] != "Lost":
            self._cluster.change(CLAIMS, *key_of(claim), lambda obj: obj["status"].update(phase="Lost"))
            text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
            self._cluster.warning(claim, COMPONENT, "ClaimLost", text)
        if volume is not None and claim["status"]["phase"] == "Lost":
            bind(self._cluster, claim, volume)
        return volume

    def _bind(self, claim: Object) -> float | None:
        claim = self._with_class(claim)
        volume = volume_for(self._cluster, claim, waits=waits_for_consumer(self._cluster, claim))
        if volume is not None:
            bind(self._cluster, claim, volume)
            bound = self._cluster.find(CLAIMS, *key_of(claim))
            return self._backoff.next(key_of(claim)) if bound and is_unbound(bound) else None
        if claim["spec"].get("volumeName"):
            self._tell_misfit(claim)
            return self._backoff.next(key_of(claim))
        return self._provision(claim)

    def _tell_misfit(self, claim: Object) -> None:
        name = claim["spec"]["volumeName"]
        volume = self._cluster.find(VOLUMES, None, name)
        why = misfit(volume, claim) if volume and not volume["spec"].get("claimRef") else ""
        if why:
            text = f'Cannot bind to requested volume "{name}": {why}'
            self._cluster.warning(claim, COMPONENT, "VolumeMismatch", text)

    def _provision(self, claim: Object) -> float | None:
        name = claim["spec"].get("storageClassName")
        storage_class = self._cluster.find("storageclasses", None, name) if name else None
        if storage_class is None:
            return self._explain(claim, name)
        if waits_for_consumer(self._cluster, claim) and SELECTED_NODE not in annotations_of(claim):
            text = "waiting for first consumer to be created before binding"
            self._cluster.normal(claim, COMPONENT, "WaitForFirstConsumer", text)
            return None
        provisioner = storage_class["provisioner"]
        self._announce(claim, provisioner)
        if provisioner not in PROFILES:
            return None
        delay = self._faults.delay(claim["metadata"]["uid"])
        if delay:
            return delay
        made = self._provisioner.provision(claim, storage_class)
        return None if made else self._backoff.next(key_of(claim))

    def _explain(self, claim: Object, class_name: str | None) -> float:
        if class_name:
            text = f'storageclass.storage.k8s.io "{class_name}" not found'
            self._cluster.warning(claim, COMPONENT, "ProvisioningFailed", text)
        else:
            text = "no persistent volumes available for this claim and no storage class is set"
            self._cluster.normal(claim, COMPONENT, "FailedBinding", text)
        return self._backoff.next(key_of(claim))

    def _announce(self, claim: Object, provisioner: str) -> None:
        driver = PROFILES[provisioner].name if provisioner in PROFILES else provisioner
        mark = {
            "volume.beta.kubernetes.io/storage-provisioner": driver,
            "volume.kubernetes.io/storage-provisioner": driver,
        }
        self._cluster.change(CLAIMS, *key_of(claim), lambda obj: annotate(obj, **mark))
        text = (
            f"Waiting for a volume to be created either by the external provisioner '{driver}' or "
            "manually by the system administrator. If volume creation is delayed, please verify that "
            "the provisioner is running and correctly registered."
        )
        self._cluster.normal(claim, COMPONENT, "ExternalProvisioning", text)

    def _with_class(self, claim: Object) -> Object:
        """A claim that names no class gets the default one, even later; "" means none on purpose."""
        if claim["spec"].get("storageClassName") is not None:
            return claim
        defaults = [
            each["metadata"]["name"]
            for each in self._cluster.peek("storageclasses")
            if annotations_of(each).get(DEFAULT_CLASS) == "true"
        ]
        if not defaults:
            return claim
        changed = self._cluster.change(
            CLAIMS, *key_of(claim), lambda obj: obj["spec"].update(storageClassName=defaults[0])
        )
        return changed or claim

    def _release(self, claim: Object) -> None:
        namespace, name = key_of(claim)
        used = any(
            name in claim_names(pod) and not is_finished(pod) for pod in self._cluster.peek("pods", namespace)
        )
        if not used or is_unbound(claim):
            self._cluster.change(CLAIMS, namespace, name, lambda obj: drop_finalizer(obj, PROTECTION))
