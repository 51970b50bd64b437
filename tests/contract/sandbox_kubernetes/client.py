"""A thin client for these tests: JSON in, status and JSON out, and the objects the stories are about."""

import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
CONFIGS = "/api/v1/namespaces/default/configmaps"
NODES = "/api/v1/nodes"
PODS = "/api/v1/namespaces/default/pods"
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1/namespaces/default/volumesnapshots"
ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def message(self) -> str:
        return str(self.body["message"])


@dataclass(frozen=True)
class Client:
    url: str
    authority: Path
    token: str
    timeout: float = 10.0

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, body: Any) -> Answer:
        return self.ask("POST", path, body, **{"Content-Type": "application/json"})

    def put(self, path: str, body: Any) -> Answer:
        return self.ask("PUT", path, body, **{"Content-Type": "application/json"})

    def patch(self, path: str, body: Any, kind: str = MERGE_PATCH) -> Answer:
        return self.ask("PATCH", path, body, **{"Content-Type": kind})

    def delete(self, path: str, options: Any = None) -> Answer:
        return self.ask("DELETE", path, options)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send(method, path, None if body is None else json.dumps(body), **headers)

    def send(self, method: str, path: str, content: str | None, **headers: str) -> Answer:
        connection = self._connect()
        try:
            credentials = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            connection.request(method, path, content, {**credentials, **headers})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()

    def watch(self, path: str) -> Iterator[tuple[str, Any]]:
        connection = self._connect()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            for line in connection.getresponse():
                event = json.loads(line)
                yield event["type"], event["object"]
        finally:
            connection.close()

    def names(self, path: str) -> list[str]:
        return [item["metadata"]["name"] for item in self.get(path).body["items"]]

    def _connect(self) -> http.client.HTTPSConnection:
        place = urlsplit(self.url)
        context = ssl.create_default_context(cafile=str(self.authority))
        return http.client.HTTPSConnection("127.0.0.1", place.port, timeout=self.timeout, context=context)


def claim(name: str, size: str = "4Gi", **spec: Any) -> dict[str, Any]:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"metadata": {"name": name}, "spec": {**wanted, **spec}}


def snapshot(name: str, **source: str) -> dict[str, Any]:
    kind = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot"}
    spec = {"volumeSnapshotClassName": "retain", "source": source}
    return {**kind, "metadata": {"name": name}, "spec": spec}


def pod(name: str, node: str = "n1", **labels: str) -> dict[str, Any]:
    containers = [{"name": "main", "image": "example"}]
    spec = {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": containers}
    return {"metadata": {"name": name, "labels": labels}, "spec": spec}
