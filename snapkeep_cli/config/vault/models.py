"""The shape of a vault's file; the docstring under a key is what editors show for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from snapkeep.domain.vault.vault import MOST_A_DAY
from snapkeep_cli.config.copies import AccountId, PlaceKey
from snapkeep_cli.config.keeping import Lock, LockOrOff, Rules
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import (
    ClusterName,
    Count,
    DeploymentName,
    DurationText,
    PlaceName,
    Region,
    Timezone,
)

NOT_OF_TIME = {
    "last": "a source that sends many points would push older copies out; use daily, weekly, monthly or "
    "within",
    "minimum": "the newest copy of each claim stays anyway; remove it",
    "after_claim_deleted": "a vault does not know which claims are deleted; remove it",
}
"""The rules that a vault refuses, and why."""


class VaultRetention(Rules):
    """Which copies a vault keeps: by time only, and in each period the one that came first."""

    hourly: Count | None = None
    """The first copy of each of the last N hours."""
    daily: Count | None = None
    """The first copy of each of the last N days."""
    weekly: Count | None = None
    """The first copy of each of the last N ISO weeks."""
    monthly: Count | None = None
    """The first copy of each of the last N months."""
    yearly: Count | None = None
    """The first copy of each of the last N years."""
    within: DurationText | None = None
    """Every copy of a point taken in this time until now, such as 7d or 1y5m7d2h (m is months)."""
    within_hourly: DurationText | None = None
    """The first copy of each hour, this far back from now."""
    within_daily: DurationText | None = None
    """The first copy of each day, this far back from now."""
    within_weekly: DurationText | None = None
    """The first copy of each ISO week, this far back from now."""
    within_monthly: DurationText | None = None
    """The first copy of each month, this far back from now."""
    within_yearly: DurationText | None = None
    """The first copy of each year, this far back from now."""
    max_age: DurationText | None = None
    """Copies of older points are deleted even if a rule keeps them; never the newest of a claim."""

    @model_validator(mode="before")
    @classmethod
    def _is_of_time(cls, value: Any) -> Any:
        for rule, why in NOT_OF_TIME.items():
            if isinstance(value, Mapping) and rule in value:
                raise ValueError(f"{rule} is not for vaults: {why}")
        return value


class VaultSource(Strict):
    """A deployment in another account whose points the vault copies."""

    account: AccountId
    """Its account: 12 digits, in quotes."""
    region: Region
    """The Region of its clusters."""
    deployment: DeploymentName = "snapkeep"
    """Its name there: the setting `prefix` (snapkeep)."""
    clusters: Annotated[list[ClusterName], Field(min_length=1)]
    """The clusters whose points it may send."""
    a_day: Annotated[int, Field(ge=1, le=100_000)] = MOST_A_DAY
    """The most copies that begin in 24 hours (500); the rest waits and is reported."""
    retention: VaultRetention | None = None
    """Which of its copies to keep; replaces the whole block of the vault."""
    lock: LockOrOff = None
    """How long nobody can delete its copies, or off; replaces the vault's."""

    def lock_with(self, shared: Lock | None) -> Lock | None:
        """The lock in force; None if it is off."""
        return self.lock if "lock" in self.model_fields_set else shared


class Vault(Strict):
    """Copies what deployments in other accounts share with this one, and keeps it from them."""

    region: Region
    """The AWS Region of the vault and its copies."""
    kms_key: PlaceKey
    """The ARN of the KMS key, of this account and Region, under which every copy is encrypted."""
    timezone: Timezone = "UTC"
    """The IANA time zone in which the days of retention begin (UTC)."""
    retention: VaultRetention | None = None
    """Which copies to keep; needed unless every source has its own."""
    lock: LockOrOff = None
    """How long nobody can delete a copy, or off (the default)."""
    lend_to: list[AccountId] = Field(default_factory=list)
    """The accounts that copies may be lent to; without any, there are no loans."""
    sources: Annotated[dict[PlaceName, VaultSource], Field(min_length=1)]
    """The deployments whose points are copied, each under a name of your choice."""


class VaultFile(Strict):
    """The file of a vault."""

    vault: Vault
    """Makes this deployment a vault; then the file has no clusters, policies or places."""
    deployment: StackOptions = Field(default_factory=StackOptions)
    """What the deployment needs from its AWS account."""
