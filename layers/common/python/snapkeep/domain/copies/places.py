"""Places: where recovery points are copied, so that they survive the loss of their Region or account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_IN_PROGRESS = 20
"""How many copies EC2 lets one account have in progress in a destination Region.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)

VAULT_BUS = "snapkeep-vault"
"""The name of every vault's bus, to which sources send requests."""

IN_FLIGHT = 15
"""How many of them Snapkeep uses: AWS Backup, Data Lifecycle Manager and people share the limit."""


@dataclass(frozen=True, slots=True)
class Home:
    """Account and Region of the points that are copied; without an account, that of the copies."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True, slots=True)
class Place:
    """A Region that copies go to, in the account of the deployment or, with `account`, in another one.

    `kms_key` is the ARN of the key in that Region under which every copy is encrypted. A place with `retire`
    gets no more copies, and those in it expire by their retention.

    A place with `account` is a vault: Snapkeep there copies what we share with it, under a key and for a time
    of its own choice. Its `kms_key` is the key that is expected, "" for any.
    """

    name: str
    region: str
    kms_key: str
    retire: bool = False
    account: str = ""

    @property
    def is_vault(self) -> bool:
        """True for a place in another account, whose copies nobody here can see or delete."""
        return bool(self.account)

    @property
    def vault_bus(self) -> str:
        """The ARN of the bus on which the vault takes requests."""
        partition = partition_of(self.region)
        return f"arn:{partition}:events:{self.region}:{self.account}:event-bus/{VAULT_BUS}"


@dataclass(frozen=True, slots=True)
class Queued:
    """A point that is to be copied as soon as there is room, and the policy whose rule asks for it."""

    cluster: str
    point_id: str
    source: str
    rule: str


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place as the journal remembers it, which the config may no longer name. Times are aware UTC.

    `last_seen` is when the config last named it, to the day. `copies` were there at `counted_at`, once it had
    left the config. `listed` were there when a turn last listed it whole, at `listed_at`, and `queue` is what
    that turn found to come next. At `compared_at` the journal's complete copies were compared with a listing.
    """

    name: str
    region: str
    first_seen: datetime
    last_seen: datetime
    copies: int = 0
    counted_at: datetime | None = None
    listed: int = 0
    listed_at: datetime | None = None
    compared_at: datetime | None = None
    queue: tuple[Queued, ...] = ()


def partition_of(region: str) -> str:
    """The partition of a known Region, as ARNs begin with it: accounts, keys and snapshots of one are
    strangers to the others.

    https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    """
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def divided(places: Sequence[Place]) -> tuple[list[Place], list[Place]]:
    """The places in the account of the deployment, and the vaults in other accounts."""
    return [each for each in places if not each.is_vault], [each for each in places if each.is_vault]
