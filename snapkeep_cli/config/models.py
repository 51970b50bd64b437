"""The shape of `snapkeep.yaml`; the docstring under a key is what editors show for it.

Checks that need several keys at once (defaults, names, clusters) are in `config.checks`. None means that
a key was omitted; a key without a value is refused when the file is read.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from snapkeep_cli.config.acceptance import Accepted
from snapkeep_cli.config.archive import ArchiveAfter
from snapkeep_cli.config.copies import Borrow, CopyRule, Place
from snapkeep_cli.config.files import Files
from snapkeep_cli.config.interruption import Interruption
from snapkeep_cli.config.keeping import Lock, LockOrOff, Retention
from snapkeep_cli.config.objects import CustomKinds, Scope, Secrets, SecretsOrOff
from snapkeep_cli.config.proof import Checks, Expected
from snapkeep_cli.config.selection import Selection
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import (
    CatchUp,
    ClusterName,
    ConsistencyWait,
    Expression,
    LabelKey,
    MethodName,
    PlaceName,
    PolicyName,
    Region,
    Timezone,
    Window,
)


class Cluster(Strict):
    """An EKS cluster to back up."""

    name: ClusterName
    """The name of the EKS cluster."""
    region: Region
    """The AWS Region it runs in."""


class Schedule(Strict):
    """When the policy runs."""

    expression: Expression | None = None
    """Five cron fields, @daily and the like, or EventBridge Scheduler's rate( ) or cron( )."""
    timezone: Timezone | None = None
    """The IANA time zone of the schedule; UTC if omitted."""
    flexible_window: Window | None = None
    """The time over which Scheduler spreads the start (1 to 1440 minutes), or off (the default)."""
    catch_up: CatchUp | None = None
    """How late a run may still start (60 seconds to 24 hours; default 1 hour)."""
    enabled: bool | None = None
    """false pauses the policy: its schedule stays but does not fire."""


class Shared(Strict):
    """What a policy may set or take from the defaults."""

    clusters: Annotated[list[ClusterName], Field(min_length=1)] | None = None
    """The clusters to back up; all if omitted."""
    schedule: Schedule | None = None
    """When it runs; each key may come from the defaults."""
    method: MethodName | None = None
    """csi: a VolumeSnapshot through the CSI driver (the default). ebs: EC2 snapshots by Snapkeep itself.
    aws-backup: takes claims on EFS, whose whole file systems AWS Backup backs up."""
    csi_fallback: Literal["ebs", "fail"] | None = None
    """What a csi policy does while the cluster cannot take VolumeSnapshots; fail is the default."""
    group_fallback: Literal["sequential", "fail"] | None = None
    """What to do with a group that EC2 cannot snapshot at one moment; fail is the default."""
    retention: Retention | None = None
    """What to keep; a policy's own block replaces the whole default block."""
    lock: LockOrOff = None
    """How long nobody can delete a point, or off (the default); a policy's own replaces the default."""
    objects: Scope | None = None
    """Which Kubernetes objects are saved with each run: workload (the claims, what mounts them and what that
    names), namespace (all that people write in the namespaces of the claims), or off (the default)."""
    secrets: SecretsOrOff = None
    """How the Secrets among those objects are saved, or off (the default); a policy's own replaces the
    default."""
    selection: Selection | None = None
    """Which claims it takes; each key may come from the defaults."""


class Defaults(Shared):
    """Settings for policies that do not override them."""


class Policy(Shared):
    """What to back up, when, how, and how long to keep it."""

    name: PolicyName
    """The policy's name; claims opt in with it."""
    exclusive: bool = False
    """true keeps other policies off its claims; among several such policies, the first in the file wins."""
    group: LabelKey | None = None
    """A label key: claims of one namespace with the same value are taken at the same moment."""
    copies: list[CopyRule] = Field(default_factory=list)
    """The places its points are copied to; one rule for each place."""
    expect: Expected = Field(default_factory=list)
    """Files that every point must hold, as paths from the root of the volume; without one it is suspicious.
    Needs checks."""
    archive_after: ArchiveAfter | None = None
    """When the points that only monthly or yearly rules keep go to EC2's archive tier; never if omitted."""

    def lock_with(self, defaults: Defaults) -> Lock | None:
        """The lock in force; None if it is off."""
        return self.lock if "lock" in self.model_fields_set else defaults.lock

    def secrets_with(self, defaults: Defaults) -> Secrets | None:
        """How Secrets are saved; None if they or all objects are off."""
        if (self.objects or defaults.objects or "off") == "off":
            return None
        return self.secrets if "secrets" in self.model_fields_set else defaults.secrets


class Pace(Strict):
    """How fast snapshots are created in an account and Region; the CSI driver shares EC2's limits.

    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
    """

    per_second: Annotated[float, Field(ge=0.1, le=100)] = 2.5
    """Create calls a second (EC2 allows 5)."""
    burst: Annotated[int, Field(ge=1, le=1000)] = 50
    """Create calls at once (EC2 allows 100)."""
    pending: Annotated[int, Field(ge=1, le=100)] = 80
    """Snapshots that may be pending at once (EC2 allows 100)."""
    limits_raised: bool = False
    """true if AWS has raised these limits for your account: allows more than 5 a second and 100 at once."""

    @model_validator(mode="after")
    def _is_allowed(self) -> Self:
        if self.limits_raised:
            return self
        for key, value, most in (("per_second", self.per_second, 5), ("burst", self.burst, 100)):
            if value > most:
                raise ValueError(
                    f"{key} {value:g} is more than EC2 allows an account in a Region ({most}): EC2 would "
                    f"throttle everybody's calls. Use {most} or less, or add limits_raised: true if AWS has "
                    "raised it"
                )
        return self


class Config(Strict):
    """Snapkeep: which claims of which clusters to back up, when, how, and how long to keep them."""

    clusters: Annotated[list[Cluster], Field(min_length=1)]
    """The EKS clusters. Needed, except in the file of a vault."""
    defaults: Defaults = Field(default_factory=Defaults)
    """What all policies share."""
    policies: Annotated[list[Policy], Field(min_length=1)]
    """The policies. Needed, except in the file of a vault."""
    places: dict[PlaceName, Place] = Field(default_factory=dict)
    """Other Regions that points are copied to, by name; the policies' copies say which points."""
    adopt: bool = False
    """true restores from the copies in the clusters' Region, whatever deployment made them; deletes none."""
    borrow: Borrow | None = None
    """Whose lent copies may be borrowed, to restore from; needs adopt: true."""
    checks: Checks | None = None
    """Looks into each new point and says what is suspicious; off if omitted."""
    custom_kinds: CustomKinds = Field(default_factory=list)
    """Kinds of CRDs that policies with objects: namespace save, too, as plural.group."""
    files: Files | None = None
    """Lets people read single files out of points; off if omitted."""
    pace: Pace = Field(default_factory=Pace)
    """How fast snapshots are created."""
    accept: list[Accepted] = Field(default_factory=list)
    """What needs no backup, and why; this applies only to claims that no policy takes."""
    orphans: Literal["report", "delete"] = "report"
    """What the weekly sweep does with leftovers of backups: report (the default) or delete."""
    interruption: Interruption = Field(default_factory=Interruption)
    """What to do with nodes that are about to die."""
    consistency_wait: ConsistencyWait | None = None
    """How long EC2 may take to show a new snapshot (1 minute to 1 hour; default 5 minutes)."""
    deployment: StackOptions = Field(default_factory=StackOptions)
    """What the deployment needs from its AWS account."""
