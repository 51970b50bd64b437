"""EC2 and keys in other Regions, with clients that are made when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from snapkeep.adapters.aws.copy_snapshots import Ec2Copier
from snapkeep.adapters.aws.ec2 import Ec2Snapshots
from snapkeep.adapters.aws.kms import KmsKeys
from snapkeep.adapters.aws.session import CALLS, CREATES

if TYPE_CHECKING:
    from botocore.config import Config

    from snapkeep.domain.copies.places import Home


class ClientOf(Protocol):
    """Makes clients of Regions."""

    def __call__(self, service: str, config: Config, region: str) -> Any:
        """A client of that service in a Region."""


class Ec2Regions:
    """Implements the Regions port for one deployment, whose points are in `home`."""

    def __init__(self, client: ClientOf, deployment: str, home: Home) -> None:
        self._client, self._deployment, self._home = client, deployment, home

    def snapshots(self, region: str) -> Ec2Snapshots:
        ec2, creator = (self._client("ec2", config, region) for config in (CALLS, CREATES))
        return Ec2Snapshots(ec2, creator, self._deployment, self._home)

    def copier(self, region: str) -> Ec2Copier:
        return Ec2Copier(self._client("ec2", CREATES, region))

    def keys(self, region: str) -> KmsKeys:
        return KmsKeys(self._client("kms", CALLS, region))
