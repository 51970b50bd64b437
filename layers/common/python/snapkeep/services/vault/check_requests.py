"""Checks requests against EC2 in the Region of their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain.copies.requests import CopyRequest
from snapkeep.domain.vault.vault import VaultSource
from snapkeep.domain.vault.verify import Refused, Verified, verify
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Regions
from snapkeep.ports.vaults import SharedSnapshots


@dataclass(frozen=True, slots=True)
class CheckRequests:
    """Checks the requests of one source; `regions` are EC2 and KMS there."""

    source: VaultSource
    shared: SharedSnapshots
    regions: Regions
    clock: Clock

    def run(self, requests: Sequence[CopyRequest]) -> Mapping[str, Verified | Refused]:
        """What holds and what is refused, by the id of the point; a DescribeSnapshots call for 200 requests,
        and a DescribeKey call for each key.

        Raises TemporaryError when EC2 does not answer.
        """
        if not requests:
            return {}
        shown = self.shared.shared(self.source.region, [each.snapshot for each in requests])
        keys = self.regions.keys(self.source.region)
        of_aws = {key: keys.is_of_aws(key) for key in {each.key for each in shown.values() if each.key}}
        now = self.clock()
        found: dict[str, Verified | Refused] = {}
        for request in requests:
            snapshot = shown.get(request.snapshot)
            is_of_aws = snapshot is not None and of_aws.get(snapshot.key, False)
            found[request.point] = verify(request, self.source, snapshot, now, of_aws=is_of_aws)
        return found
