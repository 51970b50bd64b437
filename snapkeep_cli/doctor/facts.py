"""What the doctor learned about one cluster and its account: values, or why they are unknown.

The checks see nothing else, so each can be tested without AWS and without a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain import tags
from snapkeep_cli.config.cluster_access import FUNCTIONS, Rule

SAVES_FILE_SYSTEMS = "back_up_file_systems"


@dataclass(frozen=True, slots=True)
class Visit:
    """What the doctor examines: one cluster, the deployment that serves it, and the time.

    `config`, `stack` and `prefix` belong to the deployment; `pending` is how many snapshots it keeps pending,
    and `access` what its functions need in the cluster.
    """

    cluster: str
    region: str
    config: str
    stack: str
    prefix: str
    pending: int
    now: datetime
    access: Mapping[str, tuple[Rule, ...]] = field(default_factory=lambda: FUNCTIONS)

    @property
    def saves_file_systems(self) -> bool:
        """True if the deployment has a policy for file systems, which a function of its own serves."""
        return SAVES_FILE_SYSTEMS in self.access


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be learned: why, and the command that makes it available."""

    why: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials the doctor uses."""

    arn: str
    account: str


@dataclass(frozen=True, slots=True)
class EksCluster:
    """What EKS says about a cluster. `public_cidrs` may reach its public endpoint; `auto_storage`: EKS Auto
    Mode brings the driver for its EBS volumes."""

    status: str
    version: str
    authentication_mode: str
    public: bool
    private: bool
    public_cidrs: tuple[str, ...]
    vpc: str
    security_group: str
    endpoint: str = ""
    authority: str = ""
    auto_storage: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A deployed function that talks to clusters: its role's ARN, and its VPC ("" for none)."""

    name: str
    role: str
    vpc: str = ""
    security_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """The access entry of a role."""

    groups: tuple[str, ...]
    kind: str = "STANDARD"


@dataclass(frozen=True, slots=True)
class Grant:
    """One RBAC rule as the cluster returns it; `*` stands for everything."""

    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """What a group may do in the cluster, and how that was learned.

    `incomplete` if the cluster says that its own answer may be incomplete.
    """

    grants: tuple[Grant, ...]
    source: str
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class AddOn:
    """An EKS add-on."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment: how many of its pods are available, and the arguments of its containers by name."""

    place: str
    available: int
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Controller:
    """A component's signs of life: its leader's last renewal, its add-on and its Deployment; None for each
    that is absent.
    """

    renewed: datetime | None = None
    add_on: AddOn | None = None
    workload: Workload | None = None


@dataclass(frozen=True, slots=True)
class SnapshotClass:
    """A VolumeSnapshotClass; `ours` if it has the labels that `snapkeep manifests` writes."""

    name: str
    driver: str
    deletion_policy: str
    parameters: Mapping[str, str]
    is_default: bool
    ours: bool


def deployment_of(found: SnapshotClass) -> str:
    """The deployment that a class tells the driver to write; "" for none."""
    for name, text in found.parameters.items():
        key, _, value = text.partition("=")
        if name.startswith("tagSpecification_") and key == tags.DEPLOYMENT:
            return value
    return ""


@dataclass(frozen=True, slots=True)
class Volume:
    """The EBS volume behind a claim (`namespace/name`); `tags` is None if EC2 has no such volume."""

    id: str
    claim: str
    tags: Mapping[str, str] | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota's limit, and the number in use, counted up to `counted_to`."""

    limit: int
    used: int
    counted_to: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks see. `cluster` is None if it does not exist; no functions means not deployed.

    `served_by` is the name of the deployment that serves the cluster, None if none does.
    `entries` and `rights` are keyed by function name, `keys` (KMS states) by key ARN;
    `other_manifests` says whether each `Kind name` exists as we print it. `saves_efs` (whether AWS Backup
    may) and `backup_vault` (whether it exists) are None if no policy saves file systems.
    """

    visit: Visit
    caller: Caller | Unknown
    described: EksCluster | Unknown | None
    functions: Mapping[str, Function] | Unknown
    entries: Mapping[str, AccessEntry | None] | Unknown
    open_to_functions: frozenset[str] | Unknown
    rights: Mapping[str, Rights | Unknown] | Unknown
    snapshot_kinds: frozenset[str] | Unknown
    controller: Controller | Unknown
    driver: Controller | Unknown
    classes: tuple[SnapshotClass, ...] | Unknown
    other_manifests: Mapping[str, bool] | Unknown
    volumes: tuple[Volume, ...] | Unknown
    keys: Mapping[str, str | Unknown] | Unknown
    snapshots: Quota | Unknown
    pending: int | Unknown
    served_by: str | Unknown | None
    saves_efs: bool | Unknown | None = None
    backup_vault: bool | Unknown | None = None

    @property
    def auto_storage(self) -> bool:
        """Whether EKS Auto Mode is known to provide the driver."""
        return isinstance(self.described, EksCluster) and self.described.auto_storage

    @property
    def deployed(self) -> bool | None:
        """Whether the functions exist; None if unknown."""
        return None if isinstance(self.functions, Unknown) else bool(self.functions)
