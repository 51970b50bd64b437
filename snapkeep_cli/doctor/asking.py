"""Asks AWS, with clients created on demand. An answer may be the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep_cli.api.troubles import why_aws_refused
from snapkeep_cli.doctor.facts import Unknown

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")

ABSENT = frozenset({"ResourceNotFoundException", "NotFoundException", "ParameterNotFound"})


class Clients:
    """The clients of one account and Region, with the caller's credentials."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session: Any = session
        self._region = region
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        if service not in self._made:
            self._made[service] = self._session.client(service, region_name=self._region)
        return self._made[service]


def told(ask: Callable[[], T], fix: str = "") -> T | Unknown:
    """What AWS answers, or in a sentence why it does not."""
    try:
        return ask()
    except (ClientError, BotoCoreError) as error:
        return Unknown(why_aws_refused(error), fix)


def absent_is_none(ask: Callable[[], T]) -> T | None:
    """What AWS answers; None if it has no such thing. Raises botocore's other errors."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise
