"""The body of a request to try policies, and of its response."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic_core import CoreSchema

from snapkeep.domain.backup.schedule import to_scheduler
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.policies import (
    RESERVED_NAMES,
    Deployment,
    Method,
    Policy,
    Schedule,
    Selection,
)
from snapkeep.domain.report.trials import Trial
from snapkeep.domain.retention.deletion.locks import MOST_LOCKED_DAYS
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.inbound.api.names import DNS_LABEL

MOST_POLICIES = 500
"""More than fit into a stack."""

MOST_BYTES = 2**60
MOST_FLEXIBLE = 1440
LONGEST_CATCH_UP = timedelta(days=1)
LONGEST_COOL_OFF = 72
"""The limits of schedules and locks, in minutes and hours, as in the config."""

GLOB = re.compile(r"[-a-z0-9*?]{1,63}")

Name = Annotated[str, StringConstraints(pattern=DNS_LABEL)]


def _usable(policy: Policy) -> Policy:
    """The policy, if services can work with it. Raises ValueError with what is wrong, by its field.

    The fields and their types are those of the domain's Policy, so that a new one needs nothing here.
    """
    if not re.fullmatch(DNS_LABEL, policy.name):
        raise ValueError("`name` must be lower-case letters, digits and '-', at most 63 characters")
    if policy.name in RESERVED_NAMES:
        raise ValueError(f"`name` must not be {policy.name}, which is a built-in policy")
    _check_selection(policy.selection)
    _check_schedule(policy.schedule)
    rules: tuple[Policy | CopyRule, ...] = (policy, *policy.copies)
    for rule in rules:
        parse_retention(rule.retention)
        if rule.lock and not 1 <= rule.lock.days <= MOST_LOCKED_DAYS:
            raise ValueError(f"`lock.days` must be 1 to {MOST_LOCKED_DAYS}")
        if rule.lock and not 0 <= rule.lock.cool_off_hours <= LONGEST_COOL_OFF:
            raise ValueError(f"`lock.cool_off_hours` must be 0 to {LONGEST_COOL_OFF}")
    return policy


def _check_selection(selection: Selection) -> None:
    for pattern in (*selection.namespaces, *selection.exclude_namespaces):
        if not GLOB.fullmatch(pattern):
            raise ValueError(f"{pattern[:63]!r} is not a pattern: use a-z, 0-9, -, * and ?")
    for size in (selection.min_bytes, selection.max_bytes):
        if size is not None and not 0 <= size <= MOST_BYTES:
            raise ValueError(f"`min_bytes` and `max_bytes` must be 0 to {MOST_BYTES}")


def _check_schedule(schedule: Schedule) -> None:
    to_scheduler(schedule.expression)
    if not 0 <= schedule.flexible_minutes <= MOST_FLEXIBLE:
        raise ValueError(f"`flexible_minutes` must be 0 to {MOST_FLEXIBLE}")
    if not timedelta() <= schedule.catch_up <= LONGEST_CATCH_UP:
        raise ValueError(f"`catch_up` must be 0 to {LONGEST_CATCH_UP.total_seconds():.0f} seconds")
    try:
        ZoneInfo(schedule.timezone)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError(f"`timezone` {schedule.timezone[:50]!r} is not an IANA time zone") from error


class _InSeconds:
    """Describes `catch_up` as the seconds that `to_document` writes; pydantic itself describes ISO 8601."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        policy = handler(schema)
        schedule = handler.resolve_ref_schema(handler.resolve_ref_schema(policy)["properties"]["schedule"])
        most = int(LONGEST_CATCH_UP.total_seconds())
        seconds = {"type": "integer", "minimum": 0, "maximum": most, "title": "Catch Up"}
        schedule["properties"]["catch_up"] = seconds
        return policy


TriedPolicy = Annotated[Policy, AfterValidator(_usable), _InSeconds()]


class TrialBody(BaseModel):
    """Policies instead of those that are deployed, with their defaults filled in, as `snapkeep try` reads
    them from a file. Times are in seconds; policies of other clusters do nothing here."""

    model_config = ConfigDict(extra="forbid")

    policies: list[TriedPolicy] = Field(max_length=MOST_POLICIES)
    only: list[Name] = Field(default_factory=list, max_length=MOST_POLICIES, description="Show only these")

    @model_validator(mode="after")
    def _names_fit(self) -> TrialBody:
        names = [policy.name for policy in self.policies]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"policies named twice: {', '.join(twice[:10])}")
        if unknown := sorted(set(self.only) - set(names)):
            raise ValueError(f"no policy is named {', '.join(unknown[:10])}")
        return self

    def deployment(self, deployed: Deployment) -> Deployment:
        """What is deployed, with these policies instead of its own."""
        return replace(deployed, policies=tuple(self.policies))


class TriedClaimModel(BaseModel):
    """A claim that a policy would take; `blocked` says why its point would fail nevertheless."""

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
    """A claim that different policies would take than now."""

    claim: str
    before: list[str]
    after: list[str]


class TriedDeletionModel(BaseModel):
    """A point that the new retention does not keep: it goes `at_once`, or 72 hours after the deployment.
    `stays` says why prune would keep it nevertheless.
    """

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
