"""The ports on AWS that reach into other Regions and accounts, each built when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from snapkeep.lazy import lazy
from snapkeep.wiring.clients import client
from snapkeep.wiring.ports import Ports

if TYPE_CHECKING:
    from snapkeep.domain.vault.vault import VaultSource
    from snapkeep.ports.blocks import Blocks
    from snapkeep.ports.ec2 import Regions
    from snapkeep.ports.loans import Grants
    from snapkeep.ports.vaults import SharedSnapshots, Shares, Sources, Vaults


class ElsewherePorts(Ports):
    """EC2 and EventBridge in the Regions of places, in the accounts of vaults, and a vault's loans."""

    @lazy
    def regions(self) -> Regions:
        from snapkeep.adapters.aws.regions import Ec2Regions
        from snapkeep.domain.copies.places import Home

        return Ec2Regions(client, self.deployment.name, Home("", self.deployment.clusters[0].region))

    @lazy
    def blocks_in(self) -> Callable[[str], Blocks]:
        from snapkeep.adapters.aws.blocks import READS, EbsBlocks

        return lambda region: EbsBlocks(client("ebs", READS, region))

    @lazy
    def shares(self) -> Shares:
        from snapkeep.adapters.aws.sharing import Ec2Shares

        return Ec2Shares(client("ec2"), "" if self.deployment.vault else self.deployment.name)

    @lazy
    def vaults(self) -> Vaults:
        from snapkeep.adapters.aws.vault_buses import VaultBuses

        return VaultBuses(client)

    @lazy
    def grants(self) -> Grants:
        from snapkeep.adapters.aws.key_grants import KmsGrants

        return KmsGrants(client("kms"))

    @lazy
    def regions_of(self) -> Callable[[VaultSource], Regions]:
        from snapkeep.adapters.aws.regions import Ec2Regions

        return lambda source: Ec2Regions(client, source.deployment, source.home)

    @lazy
    def shared(self) -> SharedSnapshots:
        from snapkeep.adapters.aws.shared_snapshots import Ec2SharedSnapshots

        return Ec2SharedSnapshots(client)

    @lazy
    def sources(self) -> Sources:
        from snapkeep.adapters.aws.source_buses import SourceBuses

        return SourceBuses(client)
