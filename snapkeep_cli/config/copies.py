"""The shape of `places:` and of a policy's `copies:`; the docstring under a key is what editors show."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from snapkeep_cli.config.keeping import LockOrOff, Retention
from snapkeep_cli.config.stack_options import KmsKeyArn
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import CopyEvery, PlaceName, Region

MOST_BACKFILLED = 1000
KEY_OF_AWS = "alias/aws/ebs"
"""Every account's default key for EBS."""


def _no_alias(value: Any) -> Any:
    """Refuse an alias, which people try first, with a message of its own."""
    if isinstance(value, str) and value.removeprefix("alias/").endswith("aws/ebs"):
        raise ValueError(
            f"{value[:80]!r} is the AWS managed key for EBS, whose policy nobody can change; use the ARN of "
            "a key of yours in the Region of the copies"
        )
    if isinstance(value, str) and "alias/" in value:
        raise ValueError(
            f"{value[:80]!r} is an alias, which can be moved to another key, and then the next copy of each "
            "claim is a full one; use the ARN of the key itself"
        )
    return value


def _account(value: Any) -> Any:
    """YAML reads digits without quotes as a number, and a zero in front changes it."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{12}", text):
        raise ValueError(
            f'{str(value)[:40]!r} is not an account; give its 12 digits in quotes, such as "222233334444"'
        )
    return text


AccountId = Annotated[
    str, BeforeValidator(_account), WithJsonSchema({"type": "string", "pattern": "^[0-9]{12}$"})
]
PlaceKey = Annotated[KmsKeyArn, BeforeValidator(_no_alias)]


class Borrow(Strict):
    """Copies that vaults in other accounts lend, to be restored from here."""

    lenders: Annotated[list[AccountId], Field(min_length=1, max_length=20, alias="from")]
    """The accounts (12 digits each, in quotes) of the vaults whose loans are taken."""
    kms_key: PlaceKey
    """The ARN of the KMS key, in the Region of the clusters, under which borrowed copies are encrypted."""


class Place(Strict):
    """A Region that points are copied to."""

    region: Region
    """The AWS Region of the copies; not that of the clusters, unless they go to another account."""
    kms_key: PlaceKey | None = None
    """The ARN of the KMS key in that Region under which every copy is encrypted. Needed without account; with
    it, the vault's own config says which, and Snapkeep reports copies under a key other than this one."""
    account: AccountId | None = None
    """The account (12 digits, in quotes) of a vault that makes the copies there; copies stay in the account
    of the deployment if omitted."""
    retire: bool = False
    """true stops new copies; those in the place expire by their retention."""

    @model_validator(mode="before")
    @classmethod
    def _has_key(cls, value: Any) -> Any:
        if isinstance(value, dict) and "kms_key" not in value and "account" not in value:
            raise ValueError(
                "kms_key is missing: copies are encrypted under a key of yours; give the ARN of a KMS key in "
                f"{value.get('region', 'its Region')}"
            )
        return value


class CopyRule(Strict):
    """Which points of the policy are copied to a place, and how long the copies stay there."""

    to: PlaceName
    """The name of the place."""
    every: CopyEvery | None = None
    """One point of each slot (the default), day or week, or a whole number N: every Nth point."""
    retention: Retention | None = None
    """Which copies to keep; the policy's own retention says nothing about them. Needed, except for a place
    with account: there the vault's own config says how long."""
    lock: LockOrOff = None
    """How long nobody can delete a copy, or off (the default). Not for a place with account."""
    backfill: Annotated[int, Field(ge=1, le=MOST_BACKFILLED)] = 1
    """How many of a claim's newest points to copy when a place is new (1)."""
    also: list[Literal["interruption", "on-demand"]] = Field(default_factory=list)
    """Built-in policies whose points of the same claims are also copied."""
