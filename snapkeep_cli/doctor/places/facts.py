"""Plain facts about a place that copies go to, and about copies that a deployment adopts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snapkeep.domain.copies.places import Place
from snapkeep.domain.restore.points import PointFacts
from snapkeep_cli.doctor.facts import Unknown, Visit


@dataclass(frozen=True, slots=True)
class ForwardRule:
    """The rule in the place's Region that forwards what EC2 says about copies; `targets` are ARNs."""

    enabled: bool
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A key of claims' volumes: what KMS says of it, and its policy."""

    described: Mapping[str, Any]
    policy: Mapping[str, Any] | Unknown


@dataclass(frozen=True, slots=True)
class Stands:
    """How many claims of a cluster stand in the place in each way, and when the data of the oldest of their
    newest copies was taken (aware UTC), None without a copy."""

    on_time: int
    late: int
    not_copied: int
    failed: int
    cannot_be_copied: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """A place in another Region of the account.

    `opted` is the account's status in the Region, such as `not-opted-in`. `in_progress` counts everybody's
    copies. `key` is what KMS says of the place's key, None if there is no such key; so is `rule`.
    """

    opted: str | Unknown
    in_progress: int | Unknown
    key: Mapping[str, Any] | Unknown | None
    rule: ForwardRule | Unknown | None


@dataclass(frozen=True, slots=True)
class VaultFacts:
    """A place in another account.

    `refusal` says why its bus takes no event, "" if it takes them. `keys` are those of claims' volumes by
    ARN, `claims` names the claims of each. `lets_in` is True when the vault's key shows itself to this
    account. `management` is the management account of the organization, None outside of one.
    """

    refusal: str | Unknown
    keys: Mapping[str, ClaimKey | Unknown] | Unknown
    claims: Mapping[str, Sequence[str]]
    lets_in: bool
    management: str | Unknown | None


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """Everything the checks of a place see; `there` is what its Region or its account shows.

    `visit` is that of the first cluster, `account` the caller's. `deployed` says whether there are functions,
    None if that is unknown. `every` says in words what each policy copies there. `stands` is keyed by
    cluster, None for one without a claim that is copied there.
    """

    place: Place
    visit: Visit
    account: str
    deployed: bool | None
    every: Mapping[str, str]
    stands: Mapping[str, Stands | Unknown | None]
    there: RegionFacts | VaultFacts


@dataclass(frozen=True, slots=True)
class AdoptedFacts:
    """The copies in the clusters' Region that a deployment with `adopt: true` restores from.

    `copies` are those that can be read, `unreadable` the ids of the others; `keys` are the states of their
    keys.
    """

    visit: Visit
    clusters: tuple[str, ...]
    copies: tuple[PointFacts, ...] | Unknown
    unreadable: tuple[str, ...]
    keys: Mapping[str, str | Unknown]
