"""The target of a restore, as the cluster describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A StorageClass: its EBS volume type (gp3 when it names none), the zones it allows (none: all), and the
    file system that its volumes are mounted as ("" when it names none)."""

    name: str
    provisioner: str
    waits_for_consumer: bool
    volume_type: str = "gp3"
    zones: tuple[str, ...] = ()
    fs_type: str = ""


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """A ResourceQuota: quantities as written by resource name, the limits and the usage."""

    name: str
    hard: Mapping[str, str]
    used: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """A LimitRange's bounds for the storage of one claim, as written; "" for none."""

    name: str
    smallest: str = ""
    largest: str = ""


@dataclass(frozen=True, slots=True)
class FreeVolume:
    """A PersistentVolume without a claim: available, or reserved for the claim to be restored.

    `zone` is the only zone in which it can be used, "" when it names none. `size_bytes` is its capacity.
    """

    name: str
    size_bytes: int
    storage_class: str
    access_modes: tuple[str, ...]
    volume_mode: str = "Filesystem"
    zone: str = ""
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What a restore needs to know about a namespace of a cluster, its classes and nodes.

    `namespace_phase` is "" when there is no such namespace; `no_snapshots` maps the name of each driver whose
    snapshots the cluster cannot restore to the reason. `controller_silent_since` is when the snapshot
    controller last gave a sign of life (aware UTC), None when it did so recently or when that is unknown.
    `free_name` is a name for the claim instead of one that exists.
    """

    region: str
    namespace_phase: str = "Active"
    claim_exists: bool = False
    free_name: str = ""
    quotas: tuple[QuotaFacts, ...] = ()
    limits: tuple[LimitFacts, ...] = ()
    classes: Mapping[str, ClassFacts] = field(default_factory=dict)
    node_zones: frozenset[str] = frozenset()
    free_volumes: tuple[FreeVolume, ...] = ()
    no_snapshots: Mapping[str, str] = field(default_factory=dict)
    controller_silent_since: datetime | None = None
