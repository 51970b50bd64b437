"""The body of a request to try policies, and of its response."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from snapkeep.domain.backup.schedule import to_scheduler
from snapkeep.domain.copies.rules import MOST_EVERY, Period
from snapkeep.domain.policies import RESERVED_NAMES, Deployment, Method, Operator, from_document, to_document
from snapkeep.domain.report.trials import Trial
from snapkeep.domain.retention.deletion.locks import MOST_LOCKED_DAYS
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.inbound.api.names import DNS_LABEL

MOST_POLICIES = 500
"""More than fit into a stack."""

Name = Annotated[str, StringConstraints(pattern=DNS_LABEL)]
Glob = Annotated[str, StringConstraints(pattern=r"^[-a-z0-9*?]{1,63}$")]
Text = Annotated[str, StringConstraints(max_length=317)]
Bytes = Annotated[int, Field(ge=0, le=2**60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TrialRequirementBody(_Strict):
    """A label requirement."""

    key: Text
    operator: Operator
    values: list[Text] = Field(max_length=1000)


class TrialSelectionBody(_Strict):
    """A policy's selection."""

    namespaces: list[Glob] = Field(max_length=1000)
    exclude_namespaces: list[Glob] = Field(max_length=1000)
    labels: list[TrialRequirementBody] = Field(max_length=100)
    storage_classes: list[Text] = Field(max_length=1000)
    min_bytes: Bytes | None = None
    max_bytes: Bytes | None = None
    opt_in_only: bool


class TrialScheduleBody(_Strict):
    """A policy's schedule, as EventBridge Scheduler gets it; times in seconds and minutes."""

    expression: Annotated[str, StringConstraints(max_length=256)]
    timezone: Annotated[str, StringConstraints(max_length=50)]
    flexible_minutes: Annotated[int, Field(ge=0, le=1440)]
    catch_up: Annotated[int, Field(ge=0, le=86_400)]
    enabled: bool

    @model_validator(mode="after")
    def _runs(self) -> TrialScheduleBody:
        to_scheduler(self.expression)
        try:
            ZoneInfo(self.timezone)
        except (LookupError, OSError, ValueError) as error:
            raise ValueError("timezone is not an IANA time zone") from error
        return self


class TrialLockBody(_Strict):
    """A policy's lock."""

    mode: Literal["governance", "compliance"]
    days: Annotated[int, Field(ge=1, le=MOST_LOCKED_DAYS)]
    cool_off_hours: Annotated[int, Field(ge=0, le=72)]


class TrialEveryBody(_Strict):
    """How often a rule copies a point."""

    period: Period
    number: Annotated[int, Field(ge=1, le=MOST_EVERY)]


class TrialCopyRuleBody(_Strict):
    """A policy's copies in one place; a trial tries none."""

    to: Name
    retention: dict[str, int | str] = Field(max_length=50)
    every: TrialEveryBody
    lock: TrialLockBody | None = None
    backfill: Annotated[int, Field(ge=1, le=1000)]
    also: list[Name] = Field(max_length=2)


class TrialPolicyBody(_Strict):
    """A policy of the cluster, with its defaults filled in: what `snapkeep try` makes of a file."""

    name: Name
    selection: TrialSelectionBody
    method: Method
    group_label: Text
    csi_fallback: bool
    group_fallback: bool
    schedule: TrialScheduleBody
    retention: dict[str, int | str] = Field(max_length=50)
    lock: TrialLockBody | None = None
    exclusive: bool
    copies: list[TrialCopyRuleBody] = Field(default_factory=list, max_length=100)

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name in RESERVED_NAMES:
            raise ValueError("is the name of a built-in policy")
        return name

    @field_validator("retention")
    @classmethod
    def _is_readable(cls, block: dict[str, int | str]) -> dict[str, int | str]:
        parse_retention(block)
        return block


class TrialBody(_Strict):
    """The policies of a cluster, instead of those that are deployed."""

    policies: list[TrialPolicyBody] = Field(max_length=MOST_POLICIES)
    only: list[Name] = Field(default_factory=list, max_length=MOST_POLICIES, description="Show only these")

    @model_validator(mode="after")
    def _names_fit(self) -> TrialBody:
        names = [policy.name for policy in self.policies]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"policies named twice: {', '.join(twice[:10])}")
        if unknown := sorted(set(self.only) - set(names)):
            raise ValueError(f"only: no policy is named {', '.join(unknown[:10])}")
        return self

    def deployment(self, deployed: Deployment, cluster: str) -> Deployment:
        """What is deployed, with these policies instead of its own."""
        policies = [policy.model_dump(mode="json") | {"clusters": [cluster]} for policy in self.policies]
        document: dict[str, Any] = to_document(deployed) | {"policies": policies}
        return from_document(document)


class TriedClaimModel(BaseModel):
    """A claim that a policy would take; `blocked` says why its point would fail all the same."""

    namespace: str
    claim: str
    policy: str
    method: Method
    reason: str
    blocked: str


class TriedLeftModel(BaseModel):
    """A claim that no policy would take, and why."""

    subject: str
    code: str
    reason: str


class TriedChangeModel(BaseModel):
    """A claim that other policies would take than now."""

    claim: str
    before: list[str]
    after: list[str]


class TriedDeletionModel(BaseModel):
    """A point that the new retention lets go: `at_once`, or 72 hours after it is deployed. `stays` says why
    prune would keep it all the same."""

    snapshot_id: str
    claim: str
    policy: str
    reason: str
    at_once: bool
    stays: str


class TrialModel(BaseModel):
    """What the policies would do; `keeping` counts the points that their retention keeps."""

    cluster: str
    namespace: str
    taken: list[TriedClaimModel]
    left: list[TriedLeftModel]
    changed: list[TriedChangeModel]
    deletions: list[TriedDeletionModel]
    keeping: int
    notes: list[str]


def trial_model(trial: Trial) -> TrialModel:
    """A trial as a response body."""
    return TrialModel.model_validate(trial, from_attributes=True)
