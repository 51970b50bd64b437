"""The values of a config file: each is checked with a clear message and described for editors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from snapkeep.domain.backup.schedule import PreviewUnavailable, five_fields, rate_of, to_scheduler
from snapkeep.domain.copies.rules import MOST_EVERY, Every, Period, read_every
from snapkeep.domain.naming import DEPLOYMENT_NAMES
from snapkeep.domain.policies import RESERVED_NAMES
from snapkeep.domain.sizes import parse_quantity
from snapkeep_cli.config.errors import did_you_mean
from snapkeep_cli.config.regions import KNOWN, known_region

_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"
_SPAN = r"([1-9][0-9]{0,5}) (second|minute|hour)s?"
_SPAN_SCHEMA = {"type": "string", "pattern": f"^{_SPAN}$", "examples": ["90 minutes"]}


@dataclass(frozen=True, slots=True)
class Matching:
    """Requires text to match a pattern, also in the schema, and says in words what is allowed."""

    pattern: str
    allowed: str

    def check(self, text: str) -> str:
        """The text itself. Raises ValueError unless all of it matches."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"{text[:80]!r} is not allowed; use {self.allowed}")
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}


def _not_reserved(text: str) -> str:
    if text in RESERVED_NAMES:
        raise ValueError(f"{text!r} is the name of a built-in policy; choose another")
    return text


def _expression(text: str) -> str:
    """The Scheduler expression; refused if it would never run."""
    expression = to_scheduler(text)
    if rate_of(expression) is None:
        _check_it_ever_runs(expression)
    return expression


def _check_it_ever_runs(expression: str) -> None:
    try:
        next(CronSim(five_fields(expression), datetime.fromisoformat("2024-01-01")))
    except PreviewUnavailable:
        return
    except (CronSimError, StopIteration):
        raise ValueError(f"{expression} would never run: no month has such a day") from None


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def _timezone(text: str) -> str:
    if text not in _timezones():
        raise ValueError(
            f"{text[:80]!r} is not an IANA time zone{did_you_mean(text, _timezones())}; "
            "use a name such as UTC or Europe/Berlin"
        )
    return text


def _span(least: timedelta, most: timedelta, words: str) -> Callable[[object], timedelta]:
    def parse(value: object) -> timedelta:
        match = re.fullmatch(_SPAN, value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(
                f"{value!r} is not allowed; use a number and a unit, such as 90 minutes ({words})"
            )
        span = timedelta(**{f"{match[2]}s": int(match[1])})
        if not least <= span <= most:
            raise ValueError(f"{value!r} is out of bounds; use {words}")
        return span

    return parse


def _window(value: object) -> timedelta:
    # YAML 1.1 reads the bare word off as false.
    if value is False or value == "off":
        return timedelta()
    span = _span(timedelta(minutes=1), timedelta(minutes=1440), "1 minute to 1440 minutes, or off")(value)
    if span % timedelta(minutes=1):
        raise ValueError(f"{value!r} is not allowed; Scheduler needs whole minutes")
    return span


def _size(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not allowed; write a number and a unit, such as 10Gi")
    return parse_quantity(value)


ClusterName = Annotated[
    str,
    Matching(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", "the EKS name: letters, digits, dashes and underscores"),
]
Region = Annotated[str, AfterValidator(known_region), WithJsonSchema({"enum": sorted(KNOWN)})]
PolicyName = Annotated[
    str,
    Matching(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", "a-z, 0-9 and dashes inside, at most 63"),
    AfterValidator(_not_reserved),
]
PlaceName = Annotated[
    str,
    Matching(r"[a-z]([-a-z0-9]{0,18}[a-z0-9])?", "a-z, 0-9 and dashes inside, a letter first, at most 20"),
]
DeploymentName = Annotated[str, Matching(r"[a-z][a-z0-9-]{0,20}", DEPLOYMENT_NAMES)]
CopyEvery = Annotated[
    Every,
    BeforeValidator(read_every),
    WithJsonSchema(
        {"anyOf": [{"enum": list(Period)}, {"type": "integer", "minimum": 1, "maximum": MOST_EVERY}]}
    ),
]
NamespaceGlob = Annotated[
    str, Matching(r"[-a-z0-9*?]{1,63}", "a namespace, or a pattern with * and ?, such as team-*")
]
StorageClass = Annotated[str, Matching(_SUBDOMAIN, "the name of a storage class")]
LabelKey = Annotated[
    str, Matching(rf"({_SUBDOMAIN}/)?{_NAME}", "a label key, such as app or example.com/tier")
]
LabelValue = Annotated[
    str, Matching(rf"({_NAME})?", "a label value: at most 63 letters, digits, dashes, _ and .")
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": "string", "examples": ["1Gi", "500Gi"]}),
]
Expression = Annotated[
    str,
    AfterValidator(_expression),
    WithJsonSchema({"type": "string", "examples": ["0 */6 * * *", "rate(6 hours)", "cron(0 2 L * ? *)"]}),
]
Timezone = Annotated[str, AfterValidator(_timezone)]
Window = Annotated[
    timedelta,
    BeforeValidator(_window),
    WithJsonSchema({"anyOf": [_SPAN_SCHEMA, {"enum": ["off", False]}]}),
]
CatchUp = Annotated[
    timedelta,
    BeforeValidator(_span(timedelta(minutes=1), timedelta(hours=24), "60 seconds to 24 hours")),
    WithJsonSchema(_SPAN_SCHEMA),
]
ConsistencyWait = Annotated[
    timedelta,
    BeforeValidator(_span(timedelta(minutes=1), timedelta(hours=1), "1 minute to 1 hour")),
    WithJsonSchema(_SPAN_SCHEMA),
]
UncordonAfter = Annotated[
    timedelta,
    BeforeValidator(_span(timedelta(minutes=10), timedelta(hours=24), "10 minutes to 24 hours")),
    WithJsonSchema(_SPAN_SCHEMA),
]
LongestRead = Annotated[
    timedelta,
    BeforeValidator(_span(timedelta(minutes=1), timedelta(minutes=14), "1 minute to 14 minutes")),
    WithJsonSchema(_SPAN_SCHEMA),
]
Count = Annotated[int | str, WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]})]
DurationText = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": "^([0-9]{1,6}[ymdh])+$", "examples": ["7d", "1y5m"]})
]
MethodName = Literal["csi", "ebs", "aws-backup"]
OperatorName = Literal["In", "NotIn", "Exists", "DoesNotExist"]
