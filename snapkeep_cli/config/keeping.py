"""The shape of what is kept and locked: `retention:` and `lock:`, of policies and of their copies."""

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

from snapkeep.domain.retention.deletion.locks import MOST_LOCKED_DAYS
from snapkeep.domain.retention.rules import check_keeps_something, parse_rule
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import Count, DurationText


class Rules(Strict):
    """A block of retention rules, each checked as such a rule is written."""

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


class Retention(Rules):
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
    """Older points are deleted even if a rule keeps them (never the last ones; see minimum)."""
    minimum: Annotated[int, Field(json_schema_extra={"minimum": 1})] | None = None
    """How many points always stay; 1 if omitted."""
    after_claim_deleted: DurationText | None = None
    """How long points of a deleted claim stay; if omitted, as long as any. The last one always stays."""


CONFIRM_COMPLIANCE = "confirm_nobody_can_delete_early"
"""Required with mode compliance, and must be true."""


class Lock(Strict):
    """An EC2 lock on every recovery point: a minimum age that nobody can undercut."""

    mode: Literal["governance", "compliance"]
    """governance: anyone whom IAM lets unlock snapshots can lift it. compliance: nobody can, not even AWS."""
    days: Annotated[int, Field(ge=1, le=MOST_LOCKED_DAYS)]
    """How many days a point is locked once it is ready."""
    cool_off_hours: Annotated[int, Field(ge=1, le=72)] | None = None
    """Compliance only: for how many hours the lock can still be lifted; not at all if omitted."""
    confirm_nobody_can_delete_early: bool = False
    """Must be true for compliance: nothing can end the lock early, so the snapshots stay and cost money.
    """

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


class OrOff:
    """A block or off, as the schema shows it."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema)["anyOf"][0], {"enum": ["off", False]}]}


def off_is_none(value: Any) -> Any:
    """None for off, which YAML 1.1 reads as false."""
    if value is False or value == "off":
        return None
    if not isinstance(value, dict | Lock):
        raise ValueError(f"{value!r} is not allowed; use off, or a mapping of keys to values")
    return value


LockOrOff = Annotated[Lock | None, BeforeValidator(off_is_none), OrOff()]
"""None for off; a key that is omitted is not in `model_fields_set`."""
