"""The Kubernetes objects of a cluster as documents, and where what was saved of them is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.objects.kinds import Kind
    from snapkeep.domain.objects.manifests import Archive, Manifest, SecretsFile, Subject
    from snapkeep.domain.objects.saved import Saved
    from snapkeep.domain.retention.deletion.locks import Lock

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServedKinds:
    """The namespaced kinds that a cluster lists, and why it could not describe some API groups."""

    kinds: tuple[Kind, ...]
    silent: Mapping[str, str] = field(default_factory=dict)


class Objects(Protocol):
    """The objects of one cluster. Every document says its apiVersion and kind."""

    def served_kinds(self) -> ServedKinds:
        """Every namespaced kind that can be listed, each once, in the version that the cluster prefers."""

    def objects(self, kind: Kind, namespace: str) -> Iterator[Document]:
        """All objects of a kind in a namespace, in pages; none twice. Raises PermanentError when listing them
        is not allowed, and NotFound when the kind is gone."""

    def object(self, kind: Kind, namespace: str, name: str) -> Document | None:
        """One object; `namespace` is "" for kinds of the cluster. None if there is none of that name."""


class ObjectClusters(Protocol):
    """The clusters of the deployment, for their objects."""

    def open(self, name: str) -> Objects:
        """The objects of the cluster of that name; raises what `Clusters.open` raises."""


class ObjectArchives(Protocol):
    """Archives of objects and their manifests, both by subject. Nothing here overwrites an archive."""

    def write(self, subject: Subject, documents: Iterable[str], lock: Lock | None) -> Archive:
        """Store YAML documents, compressed, as they come; nothing if they cannot be read to the end."""

    def write_secrets(
        self, subject: Subject, kms_key: str, pieces: Iterable[bytes], lock: Lock | None
    ) -> SecretsFile:
        """Store what `Envelopes.seal` gives with this key; nothing if it ends with an error."""

    def write_manifest(self, manifest: Manifest, lock: Lock | None) -> None:
        """Store the manifest of an archive, which shows that the archive is complete."""

    def manifest(self, subject: Subject) -> Manifest | None:
        """The manifest of a subject; None if it was not saved."""

    def remove(self, archive: Archive) -> None:
        """Remove an archive and its manifest; those already gone are success. What is stored stays as an
        earlier version for a while, and until its lock ends."""

    def remove_secrets(self, file: SecretsFile) -> None:
        """Remove a file of Secrets, as `remove` does."""

    def secrets_link(self, file: SecretsFile, lasts: timedelta) -> str:
        """A link to this version of a file of Secrets, which stays encrypted."""

    def links(self, archive: Archive, lasts: timedelta) -> tuple[str, str]:
        """Links to this version of an archive and to its manifest, valid for `lasts`, without a signature."""


class Envelopes(Protocol):
    """Encrypts what only somebody else may read."""

    def seal(self, key: str, context: Mapping[str, str], documents: Iterable[str]) -> Iterator[bytes]:
        """A file of these documents, as `domain.objects.secrets.sealed` describes it, encrypted with a data
        key of its own that only the KMS key opens, given the same context. Raises PermanentError at once if
        the key cannot be used; nothing else reads the documents."""


class SavedObjects(Protocol):
    """The journal's records of what was saved. Losing them loses no archive."""

    def write_saved(self, saved: Saved) -> None:
        """Write the record of a namespace and run, instead of an earlier one."""

    def saved_of(self, cluster: str, run_id: str) -> Iterator[Saved]:
        """The records of a run, by namespace."""

    def newest_saved(self, cluster: str, policy: str) -> Iterator[Saved]:
        """The records of a policy's runs, those of the newest run first, read as they are needed."""

    def all_saved(self, cluster: str) -> Iterator[Saved]:
        """All records of a cluster's runs."""

    def drop_saved(self, saved: Saved) -> None:
        """Forget a record; one that is gone is success."""

    def lease_saving(self, subject: Subject, owner: str, until: datetime, now: datetime) -> bool:
        """Take the lease of saving a namespace beside a run; False when another owner holds it."""

    def release_saving(self, subject: Subject, owner: str) -> None:
        """Release the lease of a namespace and run; another owner's stays."""
