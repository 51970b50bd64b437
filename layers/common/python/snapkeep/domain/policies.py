"""Policies: what to back up, when, how and for how long; and the deployment that holds them.

The config package validates `snapkeep.yaml` and builds these values. They ship to the functions
as one JSON document (`to_document` / `from_document`), because a Lambda environment holds 4 KB.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from snapkeep.domain.backup.pacing import Pace as Pace
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule, copy_rule_of
from snapkeep.domain.errors import UnknownCluster
from snapkeep.domain.files.limits import FileRules, file_rules_of
from snapkeep.domain.interruption.rules import InterruptionRules, interruption_rules_of
from snapkeep.domain.objects.rules import ObjectScope, scope_of
from snapkeep.domain.proof.rules import CheckRules, check_rules_of
from snapkeep.domain.report.acceptances import Acceptance, acceptance_of
from snapkeep.domain.retention.deletion.locks import Lock, lock_of
from snapkeep.domain.vault.borrower import Borrow, borrow_of
from snapkeep.domain.vault.vault import Vault, vault_of

ON_DEMAND = "on-demand"
"""The built-in policy of on-demand backups."""

INTERRUPTION = "interruption"
"""The built-in policy of backups taken because a node is about to die."""

RESERVED_NAMES = frozenset({INTERRUPTION, ON_DEMAND})
"""The names of the built-in policies; a user's policy must not use them."""


class Method(StrEnum):
    """How a recovery point is taken: by the CSI driver, by EC2 directly, or of an EFS file system by AWS
    Backup."""

    CSI = "csi"
    EBS = "ebs"
    AWS_BACKUP = "aws-backup"

    @property
    def is_of_volumes(self) -> bool:
        """True if it takes a snapshot of each EBS volume, False if AWS Backup backs up whole file systems."""
        return self is not Method.AWS_BACKUP


class Operator(StrEnum):
    """Operators of set-based label selectors, spelled as Kubernetes spells them."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One label requirement; equality is `In` with a single value."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which claims a policy takes: every given condition must hold.

    Namespaces are globs (`*` and `?`); empty tuples mean "any". Sizes are bytes, inclusive. A policy with
    `opt_in_only` takes only claims that name it in `snapkeep.io/policy`.
    """

    namespaces: tuple[str, ...] = ()
    exclude_namespaces: tuple[str, ...] = ()
    labels: tuple[Requirement, ...] = ()
    storage_classes: tuple[str, ...] = ()
    min_bytes: int | None = None
    max_bytes: int | None = None
    opt_in_only: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a policy runs: an EventBridge Scheduler expression in an IANA time zone.

    `flexible_minutes` is the flexible time window (0 = off); a run may start up to `catch_up` after its slot.
    A disabled schedule exists but never fires.
    """

    expression: str
    timezone: str = "UTC"
    flexible_minutes: int = 0
    catch_up: timedelta = timedelta(hours=1)
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSpec:
    """What is taken (selection), and how (method, group): by a policy, on demand, or before a node dies.

    `group_label` names the label whose equal values make claims of a namespace crash-consistent with each
    other. `csi_fallback` lets a `csi` spec take points by `ebs` while the snapshot CRDs or controller are
    absent; `group_fallback` lets a refused group be taken one by one.
    """

    name: str
    selection: Selection = Selection()
    method: Method
    group_label: str = ""
    csi_fallback: bool = False
    group_fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(BackupSpec):
    """What to take and how, where (clusters), when (schedule), and how long to keep it (retention).

    `lock` is put on each point before it counts as ready. An `exclusive` policy keeps the others off its
    claims. `retention` maps rule to count, "all" or duration text, `archive_after` rule to duration text,
    as validated. `copies` has one rule for each place. Every point must hold the files `expect`. `objects`
    says which Kubernetes objects are saved beside the points, and their Secrets are saved if there is a
    `secrets_key`, the ARN of the KMS key that encrypts them.
    """

    clusters: tuple[str, ...]
    schedule: Schedule
    retention: Mapping[str, int | str]
    lock: Lock | None = None
    exclusive: bool = False
    copies: tuple[CopyRule, ...] = ()
    expect: tuple[str, ...] = ()
    archive_after: Mapping[str, str] = field(default_factory=dict)
    objects: ObjectScope | None = None
    secrets_key: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An EKS cluster named in the config."""

    name: str
    region: str


USUAL_NAME = "snapkeep"
"""The default of the setting `prefix`, which names a deployment."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything the functions need from `snapkeep.yaml`.

    `delete_orphans` lets the sweep delete snapshots that belong to no backup, which it reports otherwise.
    `name` is the setting `prefix`: it distinguishes the deployments in one account and Region. `accepted`
    names what needs no backup. Points are copied to `places`, and with `checks` looked into; with `files`
    people read files out of them. With `adopt`, claims are restored from the copies in the clusters' Region,
    whoever made them. With a `vault` it copies what others share, and has neither clusters nor policies.
    `borrow` says whose loans it takes.
    `custom_kinds` are kinds of CRDs (`plural.group`) that are saved where a policy saves objects."""

    clusters: tuple[Cluster, ...]
    policies: tuple[Policy, ...]
    pace: Pace = field(default_factory=Pace)
    consistency_wait: timedelta = timedelta(minutes=5)
    delete_orphans: bool = False
    interruption: InterruptionRules = field(default_factory=InterruptionRules)
    name: str = USUAL_NAME
    accepted: tuple[Acceptance, ...] = ()
    places: tuple[Place, ...] = ()
    adopt: bool = False
    vault: Vault | None = None
    borrow: Borrow | None = None
    checks: CheckRules | None = None
    custom_kinds: tuple[str, ...] = ()
    files: FileRules | None = None

    def cluster(self, name: str) -> Cluster | None:
        """The cluster of that name, or None if the config does not name it."""
        return next((cluster for cluster in self.clusters if cluster.name == name), None)

    def known_cluster(self, name: str) -> Cluster:
        """The cluster of that name. Raises UnknownCluster, listing the configured clusters."""
        found = self.cluster(name)
        if found is None and self.vault:
            raise UnknownCluster(self.vault.names_no(name))
        if found is None:
            names = ", ".join(cluster.name for cluster in self.clusters)
            raise UnknownCluster(f"snapkeep.yaml names no cluster {name}; it names {names}")
        return found

    def policy(self, name: str) -> Policy | None:
        """The policy of that name, or None if the config does not name it."""
        return next((policy for policy in self.policies if policy.name == name), None)

    @property
    def volume_policies(self) -> tuple[Policy, ...]:
        """The policies whose runs take snapshots of EBS volumes."""
        return tuple(policy for policy in self.policies if policy.method.is_of_volumes)

    @property
    def file_system_policies(self) -> tuple[Policy, ...]:
        """The policies by which AWS Backup backs up EFS file systems, which have no runs."""
        return tuple(policy for policy in self.policies if not policy.method.is_of_volumes)

    @property
    def saves_objects(self) -> bool:
        """True if any policy saves Kubernetes objects."""
        return any(policy.objects for policy in self.policies)

    @property
    def secrets_keys(self) -> tuple[str, ...]:
        """The KMS keys that encrypt saved Secrets, each once; none if no policy saves any."""
        return tuple(dict.fromkeys(each.secrets_key for each in self.policies if each.secrets_key))

    def place(self, name: str) -> Place | None:
        """The place of that name, or None if the config does not name it."""
        return next((place for place in self.places if place.name == name), None)


def to_document(deployment: Deployment) -> dict[str, Any]:
    """The deployment as a JSON-ready dict; durations are whole seconds."""
    return {key: _plain(value) for key, value in _fields(deployment).items()}


def from_document(document: Mapping[str, Any]) -> Deployment:
    """The deployment that `to_document` wrote. Raises KeyError or TypeError if another version wrote it."""
    return Deployment(
        clusters=tuple(Cluster(**item) for item in document["clusters"]),
        policies=tuple(_policy(item) for item in document["policies"]),
        pace=Pace(**document["pace"]),
        consistency_wait=timedelta(seconds=document["consistency_wait"]),
        delete_orphans=document["delete_orphans"],
        interruption=interruption_rules_of(document["interruption"]),
        name=document["name"],
        accepted=tuple(map(acceptance_of, document["accepted"])),
        places=tuple(Place(**item) for item in document.get("places", ())),
        adopt=document.get("adopt", False),
        vault=vault_of(document.get("vault")),
        borrow=borrow_of(document.get("borrow")),
        checks=check_rules_of(document.get("checks")),
        custom_kinds=tuple(document.get("custom_kinds", ())),
        files=file_rules_of(document.get("files")),
    )


def selection_to_document(selection: Selection) -> dict[str, Any]:
    """A selection as a JSON-ready dict."""
    return dict(_plain(selection))


def selection_from_document(document: Mapping[str, Any]) -> Selection:
    """The selection that `selection_to_document` wrote."""
    selection = dict(document)
    selection["labels"] = tuple(
        Requirement(label["key"], Operator(label["operator"]), tuple(label["values"]))
        for label in selection["labels"]
    )
    for name in ("namespaces", "exclude_namespaces", "storage_classes"):
        selection[name] = tuple(selection[name])
    return Selection(**selection)


def _policy(item: Mapping[str, Any]) -> Policy:
    schedule = dict(item["schedule"], catch_up=timedelta(seconds=item["schedule"]["catch_up"]))
    return Policy(
        **dict(
            item,
            clusters=tuple(item["clusters"]),
            selection=selection_from_document(item["selection"]),
            schedule=Schedule(**schedule),
            method=Method(item["method"]),
            lock=lock_of(item["lock"]),
            copies=tuple(map(copy_rule_of, item.get("copies", ()))),
            expect=tuple(item.get("expect", ())),
            archive_after=item.get("archive_after", {}),
            objects=scope_of(item.get("objects")),
        )
    )


def _fields(value: Any) -> dict[str, Any]:
    return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value):
        return {key: _plain(item) for key, item in _fields(value).items()}
    return value
