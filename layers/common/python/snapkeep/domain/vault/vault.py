"""A vault: the deployment that copies the points of other accounts, which cannot delete what it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.retention.deletion.locks import Lock, lock_of

MOST_A_DAY = 500
"""How many copies a vault begins for one source in 24 hours, unless its config says otherwise."""


@dataclass(frozen=True, slots=True)
class VaultSource:
    """A deployment in another account whose points a vault copies.

    `name` is the vault's own name for it, unique in the vault; its copies carry it as the name of their
    place. `deployment` is what the source calls itself. `retention` is a block of rules as in a policy, and
    `lock` is put on each copy; both hold for the points of every policy. `a_day` is the most copies that
    begin in 24 hours.
    """

    name: str
    account: str
    region: str
    deployment: str
    clusters: tuple[str, ...]
    retention: Mapping[str, int | str]
    lock: Lock | None = None
    a_day: int = MOST_A_DAY

    @property
    def home(self) -> Home:
        """Where its points are."""
        return Home(self.account, self.region)


@dataclass(frozen=True, slots=True)
class Vault:
    """What a vault copies, and under which key.

    `kms_key` is the ARN of the key under which every copy is encrypted. `lend_to` are the accounts that may
    be lent a copy. `timezone` (IANA) is where the days of retention begin.
    """

    region: str
    kms_key: str
    sources: tuple[VaultSource, ...]
    lend_to: tuple[str, ...] = ()
    timezone: str = "UTC"

    @property
    def account(self) -> str:
        """The account of the vault, which is that of its key."""
        return self.kms_key.split(":")[4]

    def source(self, name: str) -> VaultSource | None:
        """The source of that name, or None."""
        return next((each for each in self.sources if each.name == name), None)

    def names_no(self, cluster: str) -> str:
        """Why nothing can be asked about that cluster, in words."""
        names = ", ".join(source.name for source in self.sources)
        return f"this is a vault: it has copies of {names}, and no clusters of its own, so no {cluster}"

    def sender(self, account: str, region: str, deployment: str) -> VaultSource | None:
        """The source that is this deployment in an account and Region, or None for a stranger."""
        said = (account, region, deployment)
        return next((each for each in self.sources if said == (*_home(each), each.deployment)), None)

    def place_of(self, source: VaultSource) -> Place:
        """The place of a source's copies: one Region holds those of all sources, told apart by this name."""
        return Place(source.name, self.region, self.kms_key)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of all sources."""
        return tuple(map(self.place_of, self.sources))


def vault_of(item: Mapping[str, Any] | None) -> Vault | None:
    """The vault in a JSON document; None for none. Raises KeyError, TypeError or ValueError for anything
    else."""
    if not item:
        return None
    return Vault(
        **dict(item, sources=tuple(map(_source_of, item["sources"])), lend_to=tuple(item["lend_to"]))
    )


def _source_of(item: Mapping[str, Any]) -> VaultSource:
    return VaultSource(**dict(item, clusters=tuple(item["clusters"]), lock=lock_of(item["lock"])))


def _home(source: VaultSource) -> tuple[str, str]:
    return source.account, source.region
