"""The manifest of an archive: what was saved from a namespace, and what was left out and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from snapkeep.domain.objects.references import References, references
from snapkeep.domain.objects.rules import ObjectScope

SHOWN = 20
"""How many names of left-out objects a manifest holds for each kind and reason."""

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What an archive is of: a namespace at the slot (aware UTC) of a run."""

    cluster: str
    policy: str
    run: str
    slot: datetime
    namespace: str
    scope: ObjectScope


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the documents are: key and version in the bucket, their SHA-256, and sizes in bytes."""

    key: str
    version: str
    sha256: str
    stored_bytes: int
    text_bytes: int


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """Where encrypted Secrets are: key and version in the bucket, SHA-256 and size in bytes of the file, and
    the ARN of the KMS key that opens it."""

    key: str
    version: str
    sha256: str
    stored_bytes: int
    kms_key: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Objects of a kind that were left out for one reason; `names` are the first of them."""

    kind: str
    reason: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. `saved` are the names by kind, in the order of the documents; `kinds` are kinds
    that were not looked at and why, and `refused` those among them that the cluster did not let us list.
    `secrets` are the Secrets that saved objects name, with the keys that they name. `makers` are kinds that
    are not saved and whose objects make some that were left out. `secrets_saved` are the Secrets in
    `secrets_file`, in its order; without any, there is no file. `secrets_brought` are those that saved
    objects bring from elsewhere again.
    """

    subject: Subject
    archive: Archive
    began: datetime
    ended: datetime
    saved: Mapping[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...]
    kinds: Mapping[str, str]
    secrets: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    secrets_saved: tuple[str, ...] = ()
    secrets_file: SecretsFile | None = None
    secrets_brought: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many objects the archive holds."""
        return sum(map(len, self.saved.values()))

    @property
    def secrets_missing(self) -> tuple[str, ...]:
        """The Secrets that saved objects name, and that neither are saved nor come from elsewhere again."""
        come = {*self.secrets_saved, *self.secrets_brought}
        return tuple(name for name in self.secrets if name not in come)


@dataclass(slots=True)
class Contents:
    """Gathers what becomes a manifest, object by object."""

    saved: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    named: References = field(default_factory=References)
    makers: set[str] = field(default_factory=set)
    secrets_saved: list[str] = field(default_factory=list)
    secrets_brought: list[str] = field(default_factory=list)
    _left_out: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def save(self, kind: str, item: Mapping[str, Any]) -> None:
        """Note an object that was saved, and the Secrets that it names."""
        self.saved.setdefault(kind, []).append(name_of(item))
        self.named.add(references(item))

    def leave_out(self, kind: str, item: Mapping[str, Any], reason: str, maker: str = "") -> None:
        """Note an object that was left out; `maker` is the kind that makes it, if that is not saved."""
        self.makers |= {maker} - {""}
        self._left_out.setdefault((kind, reason), []).append(name_of(item))

    def refuse(self, kind: str, reason: str) -> None:
        """Note a kind that the cluster did not let us list."""
        self.kinds[kind] = reason
        self.refused.append(kind)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was left out, by kind and reason."""
        return tuple(
            LeftOut(kind, reason, len(names), tuple(names[:SHOWN]))
            for (kind, reason), names in sorted(self._left_out.items())
        )

    def manifest(
        self,
        subject: Subject,
        archive: Archive,
        began: datetime,
        ended: datetime,
        secrets_file: SecretsFile | None = None,
    ) -> Manifest:
        """The manifest of all that was noted."""
        saved = {kind: tuple(names) for kind, names in self.saved.items()}
        secrets = {name: tuple(sorted(keys)) for name, keys in sorted(self.named.secrets.items())}
        return Manifest(
            subject,
            archive,
            began,
            ended,
            saved,
            self.left_out,
            dict(self.kinds),
            secrets,
            tuple(self.refused),
            tuple(sorted(self.makers)),
            tuple(self.secrets_saved) if secrets_file else (),
            secrets_file,
            tuple(self.secrets_brought),
        )


def name_of(item: Mapping[str, Any]) -> str:
    """The name of an object."""
    return str((item.get("metadata") or {}).get("name", ""))


def to_document(manifest: Manifest) -> dict[str, Any]:
    """The manifest as a JSON-ready dict."""
    subject, archive = manifest.subject, manifest.archive
    return {
        "format": FORMAT,
        "cluster": subject.cluster,
        "policy": subject.policy,
        "run": subject.run,
        "slot": subject.slot.isoformat(),
        "namespace": subject.namespace,
        "scope": subject.scope.value,
        "began": manifest.began.isoformat(),
        "ended": manifest.ended.isoformat(),
        "archive": {name: getattr(archive, name) for name in Archive.__slots__},
        "saved": {kind: list(names) for kind, names in manifest.saved.items()},
        "left_out": [
            {"kind": each.kind, "reason": each.reason, "count": each.count, "names": list(each.names)}
            for each in manifest.left_out
        ],
        "kinds_left_out": dict(manifest.kinds),
        "secrets": {name: list(keys) for name, keys in manifest.secrets.items()},
        "kinds_refused": list(manifest.refused),
        "makers_not_saved": list(manifest.makers),
        "secrets_saved": list(manifest.secrets_saved),
        "secrets_brought": list(manifest.secrets_brought),
        "secrets_file": dataclasses.asdict(manifest.secrets_file) if manifest.secrets_file else None,
    }


def from_document(document: Mapping[str, Any]) -> Manifest:
    """The manifest that `to_document` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    subject = Subject(
        document["cluster"],
        document["policy"],
        document["run"],
        datetime.fromisoformat(document["slot"]),
        document["namespace"],
        ObjectScope(document["scope"]),
    )
    return Manifest(
        subject,
        Archive(**document["archive"]),
        datetime.fromisoformat(document["began"]),
        datetime.fromisoformat(document["ended"]),
        _tuples(document["saved"]),
        tuple(_left_out(document["left_out"])),
        dict(document["kinds_left_out"]),
        _tuples(document["secrets"]),
        tuple(document["kinds_refused"]),
        tuple(document.get("makers_not_saved", ())),
        tuple(document.get("secrets_saved", ())),
        secrets_file_of(document.get("secrets_file")),
        tuple(document.get("secrets_brought", ())),
    )


def secrets_file_of(document: Mapping[str, Any] | None) -> SecretsFile | None:
    """The file of Secrets in a JSON document; None for none."""
    return SecretsFile(**document) if document else None


def _tuples(lists: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}


def _left_out(items: Iterable[Mapping[str, Any]]) -> Iterable[LeftOut]:
    return (LeftOut(each["kind"], each["reason"], each["count"], tuple(each["names"])) for each in items)
