"""The shape of `snapkeep.yaml`; the docstring under a key is what editors show for it.

Checks that need several keys at once (defaults, names, clusters) are in `config.checks`. None means that
a key was omitted; a key without a value is refused when the file is read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from snapkeep.domain.policies import MOST_LOCKED_DAYS
from snapkeep.domain.retention.rules import check_keeps_something, parse_rule
from snapkeep_cli.config.acceptance import Accepted
from snapkeep_cli.config.interruption import Interruption
from snapkeep_cli.config.selection import Selection
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import (
    CatchUp,
    ClusterName,
    ConsistencyWait,
    Count,
    DurationText,
    Expression,
    LabelKey,
    MethodName,
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
    """false pauses the policy: its schedule stays and does not fire."""


class Retention(Strict):
    """Which recovery points are kept: a point stays if any rule keeps it."""

    last: Count | None = None
    """The newest N points."""
    hourly: Count | None = None
    """The newest point of each of the last N hours that have points."""
    daily: Count | None = None
    """The newest point of each of the last N days that have points."""
    weekly: Count | None = None
    """The newest point of each of the last N ISO weeks that have points."""
    monthly: Count | None = None
    """The newest point of each of the last N months that have points."""
    yearly: Count | None = None
    """The newest point of each of the last N years that have points."""
    within: DurationText | None = None
    """Every point this close to the newest one, such as 7d or 1y5m7d2h (m is months)."""
    within_hourly: DurationText | None = None
    """One point an hour, this far back from the newest one."""
    within_daily: DurationText | None = None
    """One point a day, this far back from the newest one."""
    within_weekly: DurationText | None = None
    """One point an ISO week, this far back from the newest one."""
    within_monthly: DurationText | None = None
    """One point a month, this far back from the newest one."""
    within_yearly: DurationText | None = None
    """One point a year, this far back from the newest one."""
    max_age: DurationText | None = None
    """Older points are deleted although a rule keeps them (never the last ones, see minimum)."""
    minimum: Annotated[int, Field(json_schema_extra={"minimum": 1})] | None = None
    """How many points always stay; 1 if omitted."""
    after_claim_deleted: DurationText | None = None
    """How long points of a deleted claim stay; as long as before if omitted. The last one always stays."""

    @field_validator("*", mode="before")
    @classmethod
    def _rule(cls, value: Any, info: ValidationInfo) -> Any:
        parse_rule(str(info.field_name), value)
        return value

    @model_validator(mode="after")
    def _keeps_something(self) -> Self:
        check_keeps_something(self.block())
        return self

    def block(self) -> dict[str, int | str]:
        """The rules as written."""
        return self.model_dump(exclude_unset=True)


CONFIRM_COMPLIANCE = "confirm_nobody_can_delete_early"
"""Must be given, and true, with mode compliance."""


class Lock(Strict):
    """An EC2 lock on every recovery point: a minimum age that nobody can undercut."""

    mode: Literal["governance", "compliance"]
    """governance: anyone whom IAM lets unlock snapshots can lift it. compliance: nobody can, not even AWS."""
    days: Annotated[int, Field(ge=1, le=MOST_LOCKED_DAYS)]
    """How many days a point is locked, from when it is ready."""
    cool_off_hours: Annotated[int, Field(ge=1, le=72)] | None = None
    """Compliance only: how many hours the lock may still be lifted; not at all if omitted."""
    confirm_nobody_can_delete_early: bool = False
    """Must be true for compliance: until the lock ends, the snapshots stay and cost whatever happens."""

    @model_validator(mode="after")
    def _is_meant(self) -> Self:
        if self.mode == "compliance" and not self.confirm_nobody_can_delete_early:
            raise ValueError(
                f"mode compliance locks every snapshot for {self.days} days, and nobody, AWS included, can "
                f"lift that or stop its cost; if you mean it, add {CONFIRM_COMPLIANCE}: true"
            )
        for key in ("cool_off_hours", CONFIRM_COMPLIANCE):
            if self.mode == "governance" and key in self.model_fields_set:
                raise ValueError(f"{key} has no meaning with mode governance; remove it")
        return self


class _LockOrOff:
    """In the schema: a lock, or off."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema)["anyOf"][0], {"enum": ["off", False]}]}


def _off_is_none(value: Any) -> Any:
    # YAML 1.1 reads the bare word off as false.
    if value is False or value == "off":
        return None
    if not isinstance(value, dict | Lock):
        raise ValueError(f"{value!r} is not allowed; use off, or a mapping of keys to values")
    return value


LockOrOff = Annotated[Lock | None, BeforeValidator(_off_is_none), _LockOrOff()]
"""None for off; a key that is omitted is not in `model_fields_set`."""


class Shared(Strict):
    """What a policy may set itself or take from the defaults."""

    clusters: Annotated[list[ClusterName], Field(min_length=1)] | None = None
    """The clusters to back up; all if omitted."""
    schedule: Schedule | None = None
    """When it runs; each key may come from the defaults."""
    method: MethodName | None = None
    """csi: a VolumeSnapshot through the CSI driver (the default). ebs: EC2 snapshots by Snapkeep itself."""
    csi_fallback: Literal["ebs", "fail"] | None = None
    """What a csi policy does while the cluster cannot take VolumeSnapshots; fail is the default."""
    group_fallback: Literal["sequential", "fail"] | None = None
    """What to do with a group that EC2 refuses to take at one moment; fail is the default."""
    retention: Retention | None = None
    """What to keep; a policy's own block replaces the whole default block."""
    lock: LockOrOff = None
    """How long nobody can delete a point, or off (the default); a policy's own replaces the default."""
    selection: Selection | None = None
    """Which claims it takes; each key may come from the defaults."""


class Defaults(Shared):
    """Settings for policies that do not override them."""


class Policy(Shared):
    """What to back up, when, how, and how long to keep it."""

    name: PolicyName
    """The policy's name; claims opt in with it."""
    exclusive: bool = False
    """true keeps other policies off the claims it takes; of several such policies the first in the file."""
    group: LabelKey | None = None
    """A label key: claims of one namespace with the same value are taken at the same moment."""

    def lock_with(self, defaults: Defaults) -> Lock | None:
        """The lock in force; None if it is off."""
        return self.lock if "lock" in self.model_fields_set else defaults.lock


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
    """The EKS clusters."""
    defaults: Defaults = Field(default_factory=Defaults)
    """What all policies share."""
    policies: Annotated[list[Policy], Field(min_length=1)]
    """The policies."""
    pace: Pace = Field(default_factory=Pace)
    """How fast snapshots are created."""
    accept: list[Accepted] = Field(default_factory=list)
    """What needs no backup, and why; only claims that no policy takes can be accepted."""
    orphans: Literal["report", "delete"] = "report"
    """What the weekly sweep does with leftovers of backups: report (the default) or delete."""
    interruption: Interruption = Field(default_factory=Interruption)
    """What to do for nodes that are about to die."""
    consistency_wait: ConsistencyWait | None = None
    """How long EC2 may take to show a new snapshot (1 minute to 1 hour; default 5 minutes)."""
    deployment: StackOptions = Field(default_factory=StackOptions)
    """What the deployment needs from its AWS account."""
