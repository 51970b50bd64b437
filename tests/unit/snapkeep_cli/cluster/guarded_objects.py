"""What our functions make of snapshot objects and claims, and a sandbox's server that guards them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.authentication import Authenticator
from sandbox.kubernetes.bootstrap import fill
from sandbox.kubernetes.patches import merge_patch
from sandbox.kubernetes.requests import Request
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import Store
from snapkeep.adapters.kubernetes import restores, snapshots
from snapkeep.domain.policies import Method
from snapkeep_cli.cluster.manifests import cluster_manifests
from snapkeep_cli.config.cluster_access import group_name
from tests.contract.ports.samples import a_point
from tests.fakes.restore_samples import a_restore

Document = dict[str, Any]

RESTORE = a_restore(namespace="default")
POINT = a_point("data", method=Method.CSI)
CONTENT = restores.content_manifest("myeks", RESTORE)
IMPORT = restores.snapshot_manifest("myeks", RESTORE)
CLAIM = restores.claim_manifest(RESTORE)
OF_POINT = merge_patch(snapshots.manifest("myeks", POINT), {"metadata": {"namespace": "default"}})
DRIVERS_OWN = {
    "apiVersion": "snapshot.storage.k8s.io/v1",
    "kind": "VolumeSnapshotContent",
    "metadata": {"name": "snapcontent-1"},
    "spec": {
        "deletionPolicy": "Retain",
        "driver": "ebs.csi.aws.com",
        "source": {"volumeHandle": "vol-1"},
        "volumeSnapshotClassName": "snapkeep-myeks",
        "volumeSnapshotRef": {"name": POINT.id, "namespace": "default", "uid": "u1"},
    },
}
"""What the snapshot controller makes for a point."""


def but(document: Document, metadata: Document | None = None, **spec: Any) -> Document:
    """The document with another metadata and spec."""
    return merge_patch(deepcopy(document), {"metadata": metadata or {}, "spec": spec})


class Cluster:
    """The sandbox's API server with our manifests, where RBAC allows everybody everything."""

    def __init__(self) -> None:
        self.store = Store()
        fill(self.store)
        for manifest in cluster_manifests("myeks"):
            plural = next(each.plural for each in RESOURCES.values() if each.kind == manifest["kind"])
            self.store.create(plural, None, manifest)
        everybody = {"kind": "Group", "name": "system:authenticated"}
        role = {"kind": "ClusterRole", "name": "cluster-admin"}
        binding = {"metadata": {"name": "all"}, "subjects": [everybody], "roleRef": role}
        self.store.create("clusterrolebindings", None, binding)

    def complaints(
        self, function: str, method: str, plural: str, document: Document, body: Any = None, group: str = ""
    ) -> list[str]:
        """What is said against a request by a function about the object that the document describes."""
        meta, row = document["metadata"], RESOURCES[plural]
        namespace = f"/namespaces/{meta['namespace']}" if "namespace" in meta else ""
        root = f"/apis/{row.api_version}" if "/" in row.api_version else f"/api/{row.api_version}"
        path = f"{root}{namespace}/{plural}" + ("" if method == "POST" else f"/{meta['name']}")
        headers = {
            "authorization": "Bearer admin",
            "impersonate-user": "somebody",
            "impersonate-group": group or group_name(function),
            "content-type": "application/merge-patch+json" if method == "PATCH" else "application/json",
        }
        content = json.dumps(body).encode() if body is not None else b""
        answer = Api(self.store, Authenticator("admin", None)).handle(
            Request(method, path, {}, headers, content)
        )
        if answer.status in (200, 201, 202):
            return []
        assert isinstance(answer.body, bytes)
        refusal = json.loads(answer.body)
        assert (answer.status, refusal["reason"]) == (422, "Invalid"), refusal
        return [refusal["message"].partition(" denied request: ")[2]]
