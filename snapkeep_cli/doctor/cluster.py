"""What a cluster says about itself: rights, snapshot kinds and classes, controllers, volumes of claims.

What it refuses becomes `Unknown`: a sentence, and how to get access.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from snapkeep.domain.drivers import DRIVERS
from snapkeep_cli.cluster.manifests import LABELS, RBAC
from snapkeep_cli.config.cluster_access import SNAPSHOTS, group_name
from snapkeep_cli.doctor.cluster_api import ClusterApi, NoAnswer, Refused
from snapkeep_cli.doctor.facts import Grant, Rights, SnapshotClass, Unknown, Workload

T = TypeVar("T")
_FORBIDDEN = re.compile(r'cannot (?P<verb>\w+) resource "(?P<resource>[\w./-]+)"')
Document = Mapping[str, Any]

SNAPSHOT_API = f"/apis/{SNAPSHOTS}/v1"
RULES_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/snapshot-controller-leader"
DEPLOYMENTS = "/apis/apps/v1/deployments"
CONTROLLER = "snapshot-controller"
DRIVER_IMAGE = "aws-ebs-csi-driver"
DEFAULT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"
PART_OF = "app.kubernetes.io/part-of"


class Cluster:
    """Inspects one cluster. `door` is the command that gives the caller access."""

    def __init__(self, api: ClusterApi, door: str) -> None:
        self._api = api
        self._door = door

    def rights(self, functions: Iterable[str]) -> Mapping[str, Rights | Unknown]:
        """What each function's group may do: asked as the group, or else read from its ClusterRole."""
        return {name: self._rights(group_name(name)) for name in functions}

    def snapshot_kinds(self) -> frozenset[str] | Unknown:
        """The kinds of snapshot.storage.k8s.io/v1 that are served; empty without the CRDs."""

        def ask() -> frozenset[str]:
            found = self._api.find(SNAPSHOT_API) or {}
            return frozenset(item["kind"] for item in found.get("resources") or [])

        return self._told(ask)

    def renewed(self) -> datetime | Unknown | None:
        """When the snapshot controller's leader last renewed its lease; None if there is no lease."""

        def ask() -> datetime | None:
            text = ((self._api.find(LEASE) or {}).get("spec") or {}).get("renewTime")
            return datetime.fromisoformat(text) if text else None

        return self._told(ask)

    def workloads(self) -> Mapping[str, Workload] | Unknown:
        """The Deployments of the snapshot controller and the driver, by CONTROLLER and DRIVER_IMAGE."""
        return self._told(lambda: dict(_components(self._api.list(DEPLOYMENTS))))

    def classes(self) -> tuple[SnapshotClass, ...] | Unknown:
        """All VolumeSnapshotClasses; none without the CRDs."""

        def ask() -> tuple[SnapshotClass, ...]:
            try:
                return tuple(map(_snapshot_class, self._api.list(f"{SNAPSHOT_API}/volumesnapshotclasses")))
            except Refused as refusal:
                if refusal.status == 404:
                    return ()
                raise

        return self._told(ask)

    def applied(self, manifests: Iterable[Document]) -> Mapping[str, bool] | Unknown:
        """For each manifest (`Kind name`), whether its object exists and matches it."""

        def ask() -> dict[str, bool]:
            return {f"{each['kind']} {each['metadata']['name']}": self._says(each) for each in manifests}

        return self._told(ask)

    def claims(self) -> Mapping[str, str] | Unknown:
        """The claim (`namespace/name`) of each EBS volume id that a bound PersistentVolume names."""
        return self._told(lambda: dict(_claims(self._api.list("/api/v1/persistentvolumes"))))

    def _says(self, manifest: Document) -> bool:
        group = f"/apis/{manifest['apiVersion']}"
        kinds = (self._api.find(group) or {}).get("resources") or []
        plural = next((kind["name"] for kind in kinds if kind["kind"] == manifest["kind"]), "")
        found = self._api.find(f"{group}/{plural}/{manifest['metadata']['name']}") if plural else None
        return found is not None and _includes(found.get("spec"), manifest.get("spec"))

    def _rights(self, group: str) -> Rights | Unknown:
        """https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access"""
        try:
            body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}
            asked = self._api.create(RULES_REVIEW, {**body, "spec": {"namespace": "default"}}, group)
        except Refused as refusal:
            return (
                self._told(lambda: self._written(group)) if refusal.status == 403 else self._not_told(refusal)
            )
        except NoAnswer as trouble:
            return Unknown(str(trouble))
        status = asked.get("status") or {}
        grants = tuple(map(_grant, status.get("resourceRules") or []))
        return Rights(grants, "asked as its group", bool(status.get("incomplete")))

    def _written(self, group: str) -> Rights:
        """The rules of the ClusterRole named after the group, if a binding of that name grants it to the
        group."""
        path = f"/apis/{RBAC}/v1"
        role = self._api.find(f"{path}/clusterroles/{group}")
        binding = self._api.find(f"{path}/clusterrolebindings/{group}")
        source = "read from its ClusterRole and binding"
        if role is None or binding is None or not _binds(binding, group):
            return Rights((), source)
        return Rights(tuple(map(_grant, role.get("rules") or [])), source)

    def _told(self, ask: Callable[[], T]) -> T | Unknown:
        try:
            return ask()
        except Refused as refusal:
            return self._not_told(refusal)
        except NoAnswer as trouble:
            return Unknown(str(trouble))

    def _not_told(self, refusal: Refused) -> Unknown:
        if refusal.status == 401:
            return Unknown("the cluster does not know you", self._door)
        return Unknown(_in_a_sentence(refusal), self._door if refusal.status == 403 else "")


def _in_a_sentence(refusal: Refused) -> str:
    """The refusal as a short sentence, without the caller's full name and the API group."""
    found = _FORBIDDEN.search(str(refusal))
    if found:
        return f"the cluster does not let you {found['verb']} {found['resource']}"
    if refusal.status == 403:
        return "the cluster does not let you look"
    return f"the cluster answered with an error: {refusal}"


def _grant(rule: Document) -> Grant:
    return Grant(
        tuple(rule.get("apiGroups") or ()),
        tuple(rule.get("resources") or ()),
        tuple(rule.get("verbs") or ()),
        tuple(rule.get("resourceNames") or ()),
    )


def _includes(found: Any, wanted: Any) -> bool:
    """Whether an object matches a manifest; the server adds defaults to it."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            _includes(found.get(key), value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_includes, found, wanted))
    return bool(found == wanted)


def _binds(binding: Document, group: str) -> bool:
    role = binding["roleRef"]
    subjects = binding.get("subjects") or []
    return (role["kind"], role["name"]) == ("ClusterRole", group) and any(
        (subject["kind"], subject["name"]) == ("Group", group) for subject in subjects
    )


def _components(deployments: Iterable[Document]) -> Iterable[tuple[str, Workload]]:
    """Identified by their images, whose names stay the same in a registry mirror."""
    for item in deployments:
        containers = item["spec"]["template"]["spec"].get("containers") or []
        for container in containers:
            image = str(container.get("image", "")).rpartition("/")[2]
            for component in (CONTROLLER, DRIVER_IMAGE):
                if image.startswith(component):
                    yield component, _workload(item, containers)


def _workload(item: Document, containers: Iterable[Document]) -> Workload:
    metadata = item["metadata"]
    return Workload(
        f"{metadata['namespace']}/{metadata['name']}",
        int((item.get("status") or {}).get("availableReplicas") or 0),
        {each["name"]: tuple(each.get("args") or ()) for each in containers},
    )


def _snapshot_class(item: Document) -> SnapshotClass:
    metadata = item["metadata"]
    return SnapshotClass(
        metadata["name"],
        item.get("driver", ""),
        item.get("deletionPolicy", ""),
        dict(item.get("parameters") or {}),
        (metadata.get("annotations") or {}).get(DEFAULT_CLASS) == "true",
        (metadata.get("labels") or {}).get(PART_OF) == LABELS[PART_OF],
    )


def _claims(volumes: Iterable[Document]) -> Iterable[tuple[str, str]]:
    for volume in volumes:
        spec = volume["spec"]
        claim = spec.get("claimRef")
        csi, in_tree = spec.get("csi") or {}, spec.get("awsElasticBlockStore") or {}
        handle = csi.get("volumeHandle", "") if csi.get("driver") in DRIVERS else in_tree.get("volumeID", "")
        if claim and handle and (volume.get("status") or {}).get("phase") == "Bound":
            yield handle.rpartition("/")[2], f"{claim['namespace']}/{claim['name']}"
