"""The cluster admin of the demo: reads claims and applies manifests with a kubeconfig.

Does what `kubectl apply --server-side` does, without kubectl.
"""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sandbox.demo.facts import LiveClaim
from sandbox.demo.steps import DemoError

SECONDS = 10
EBS_DRIVER = "ebs.csi.aws.com"
_PATHS = {
    "VolumeSnapshotClass": "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "ValidatingAdmissionPolicy": "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": (
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
    ),
}
"""The kinds that `snapkeep manifests` prints."""


class Admin:
    """The Kubernetes API as a kubeconfig's current context sees it; `timeout` is seconds per request."""

    def __init__(self, kubeconfig: Path, timeout: float = SECONDS) -> None:
        self._timeout = timeout
        document = yaml.safe_load(kubeconfig.read_text())
        cluster = document["clusters"][0]["cluster"]
        self._server = str(cluster["server"]).rstrip("/")
        self._token = document["users"][0]["user"]["token"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        # A proxy from the user's environment has no business between two local processes.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=authority)),
        )

    def apply(self, manifests: str) -> list[str]:
        """Create or change each object of a YAML stream by server-side apply; return `Kind name` for each.

        https://kubernetes.io/docs/reference/using-api/server-side-apply/
        """
        applied = []
        for manifest in yaml.safe_load_all(manifests):
            kind, name = manifest["kind"], manifest["metadata"]["name"]
            path = f"{_PATHS[kind]}/{name}?fieldManager=snapkeep-demo&force=true"
            try:
                self._call("PATCH", path, manifest, "application/apply-patch+yaml")
            except urllib.error.HTTPError as error:
                raise _refused(f"apply {kind} {name}", error) from error
            applied.append(f"{kind} {name}")
        return applied

    def get(self, path: str) -> dict[str, Any]:
        """The object or list at a path. Raises urllib's HTTPError."""
        return self._call("GET", path)

    def create(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        """POST an object and return it as the cluster made it. Raises urllib's HTTPError."""
        return self._call("POST", path, document)

    def patch(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        """Merge fields into the object at a path and return it. Raises urllib's HTTPError."""
        return self._call("PATCH", path, document, "application/merge-patch+json")

    def delete(self, path: str) -> None:
        """Request deletion of the object at a path; finalizers may delay it."""
        self._call("DELETE", path)

    def claims(self) -> list[LiveClaim]:
        """Every claim in the cluster, and whether its data is on EBS, sorted by namespace and name."""
        volumes = {volume["metadata"]["name"]: volume["spec"] for volume in self._list("persistentvolumes")}
        claims = [_claim(item, volumes) for item in self._list("persistentvolumeclaims")]
        return sorted(claims, key=lambda claim: (claim.namespace, claim.name))

    def _list(self, resource: str) -> Iterator[dict[str, Any]]:
        page = ""
        while True:
            answer = self._call("GET", f"/api/v1/{resource}?limit=500{page}")
            yield from answer["items"]
            token = answer["metadata"].get("continue")
            if not token:
                return
            page = f"&continue={token}"

    def _call(
        self, method: str, path: str, body: Any = None, content: str = "application/json"
    ) -> dict[str, Any]:
        request = urllib.request.Request(
            self._server + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": content},
        )
        with self._opener.open(request, timeout=self._timeout) as answer:
            document: dict[str, Any] = json.load(answer)
            return document


def _claim(item: dict[str, Any], volumes: dict[str, dict[str, Any]]) -> LiveClaim:
    volume = volumes.get(item["spec"].get("volumeName", ""), {})
    bound = item.get("status", {}).get("phase") == "Bound"
    on_ebs = volume.get("csi", {}).get("driver") == EBS_DRIVER or "awsElasticBlockStore" in volume
    return LiveClaim(
        namespace=item["metadata"]["namespace"],
        name=item["metadata"]["name"],
        uid=item["metadata"]["uid"],
        requested=item["spec"]["resources"]["requests"]["storage"],
        on_ebs=bound and on_ebs,
    )


def _refused(what: str, error: urllib.error.HTTPError) -> DemoError:
    said = error.read().decode(errors="replace")[:500]
    return DemoError(f"could not {what}: the API server answered {error.code}: {said}")
