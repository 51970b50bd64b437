"""The objects of clusters in memory, and archives that stay in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.objects.kinds import NEVER, SAVED, Kind
from snapkeep.domain.objects.manifests import Archive, Manifest, SecretsFile, Subject
from snapkeep.domain.retention.deletion.locks import Lock
from snapkeep.ports.objects import ServedKinds
from tests.fakes.faults import Faults

KINDS = {
    "configmaps": "ConfigMap",
    "cronjobs.batch": "CronJob",
    "deployments.apps": "Deployment",
    "externalsecrets.external-secrets.io": "ExternalSecret",
    "jobs.batch": "Job",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "pods": "Pod",
    "replicasets.apps": "ReplicaSet",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "services": "Service",
    "statefulsets.apps": "StatefulSet",
}


def kind_named(name: str) -> Kind:
    """The kind of that qualified name."""
    plural, _, group = name.partition(".")
    return Kind(group, "v1", plural, KINDS.get(name, plural[:-1].title()))


class FakeObjects(Faults):
    """One cluster. `items` are the documents by qualified kind and namespace ("" for the cluster's own);
    listing kinds in `forbidden` is not allowed."""

    def __init__(self, *custom: str) -> None:
        super().__init__()
        self.served = [kind_named(name) for name in (*SAVED, *NEVER, *custom)]
        self.items: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.forbidden: set[str] = set()
        self.silent: dict[str, str] = {}

    def put(self, kind: str, namespace: str, name: str, **fields: Any) -> None:
        """An object; `fields` go beside its metadata, `metadata` into it."""
        metadata = {"name": name, "uid": f"uid-{name}", **fields.pop("metadata", {})}
        metadata |= {"namespace": namespace} if namespace else {}
        self.items.setdefault((kind, namespace), []).append({"metadata": metadata, **fields})

    def served_kinds(self) -> ServedKinds:
        self._before("served_kinds")
        return ServedKinds(tuple(self.served), dict(self.silent))

    def objects(self, kind: Kind, namespace: str) -> Iterator[dict[str, Any]]:
        self._before("objects")
        if str(kind) in self.forbidden:
            raise PermanentError(f"myeks: GET {kind} is not allowed. Apply what `snapkeep manifests` prints")
        for item in sorted(
            self.items.get((str(kind), namespace), []), key=lambda one: one["metadata"]["name"]
        ):
            yield {**item, "apiVersion": kind.api_version, "kind": kind.kind}

    def object(self, kind: Kind, namespace: str, name: str) -> dict[str, Any] | None:
        self._before("object")
        found = (
            item for item in self.items.get((str(kind), namespace), []) if item["metadata"]["name"] == name
        )
        if str(kind) in self.forbidden:
            raise PermanentError(f"myeks: GET {kind} is not allowed. Apply what `snapkeep manifests` prints")
        item = next(found, None)
        return {**item, "apiVersion": kind.api_version, "kind": kind.kind} if item else None


@dataclass
class FakeObjectClusters:
    """Clusters by name; an error is raised instead of opening one."""

    clusters: dict[str, FakeObjects | Exception]

    def open(self, name: str) -> FakeObjects:
        found = self.clusters[name]
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class MemoryArchives(Faults):
    """Archives, files of Secrets and manifests in memory; `versions` counts writes by key."""

    texts: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    locks: dict[str, Lock | None] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def write(self, subject: Subject, documents: Iterable[str], lock: Lock | None) -> Archive:
        text = "".join(documents)
        self._before("write")
        key = f"{subject.run}/{subject.namespace}"
        self.texts[key], self.locks[key] = text, lock
        self.versions[key] = self.versions.get(key, 0) + 1
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._after("write")
        return Archive(key, f"v{self.versions[key]}", digest, len(text), len(text.encode()))

    def write_manifest(self, manifest: Manifest, lock: Lock | None) -> None:
        self._before("write_manifest")
        self.manifests[f"{manifest.subject.run}/{manifest.subject.namespace}"] = manifest
        self._after("write_manifest")

    def write_secrets(
        self, subject: Subject, kms_key: str, pieces: Iterable[bytes], lock: Lock | None
    ) -> SecretsFile:
        body = b"".join(pieces)
        self._before("write_secrets")
        key = f"{subject.run}/{subject.namespace}.secrets.enc"
        self.secrets[key], self.locks[key] = body, lock
        self.versions[key] = self.versions.get(key, 0) + 1
        self._after("write_secrets")
        version, digest = f"v{self.versions[key]}", hashlib.sha256(body).hexdigest()
        return SecretsFile(key, version, digest, len(body), kms_key)

    def remove_secrets(self, file: SecretsFile) -> None:
        self._before("remove_secrets")
        self.secrets.pop(file.key, None)
        self._after("remove_secrets")

    def secrets_link(self, file: SecretsFile, lasts: timedelta) -> str:
        self._before("secrets_link")
        return f"https://objects.test/{file.key}"

    def remove(self, archive: Archive) -> None:
        self._before("remove")
        self.texts.pop(archive.key, None)
        self.manifests.pop(archive.key, None)
        self._after("remove")

    def links(self, archive: Archive, lasts: timedelta) -> tuple[str, str]:
        self._before("links")
        return f"https://objects.test/{archive.key}.yaml.gz", f"https://objects.test/{archive.key}.json"

    def manifest(self, subject: Subject) -> Manifest | None:
        self._before("manifest")
        return self.manifests.get(f"{subject.run}/{subject.namespace}")
