"""What EC2 shows of the snapshots that other accounts share with this one.

https://docs.aws.amazon.com/ebs/latest/userguide/view-shared-snapshot.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from snapkeep.adapters.aws.ec2 import FILTER_VALUES, PAGE
from snapkeep.adapters.aws.ec2_errors import ec2_errors
from snapkeep.adapters.aws.regions import ClientOf
from snapkeep.adapters.aws.session import CALLS, chunks
from snapkeep.domain.points import Snapshot, snapshot_of


class Ec2SharedSnapshots:
    """Implements the SharedSnapshots port."""

    def __init__(self, client: ClientOf) -> None:
        self._client = client

    def shared(self, region: str, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """By filter, because one id that EC2 does not show would fail a call that names ids."""
        ec2 = self._client("ec2", CALLS, region)
        found: dict[str, Snapshot] = {}
        for some in chunks(snapshot_ids, FILTER_VALUES):
            wanted = [{"Name": "snapshot-id", "Values": list(some)}]
            with ec2_errors(f"describe {len(some)} shared snapshots in {region}"):
                pages = ec2.get_paginator("describe_snapshots").paginate(
                    Filters=wanted, PaginationConfig={"PageSize": PAGE}
                )
                for page in pages:
                    found |= {item["SnapshotId"]: snapshot_of(item) for item in page["Snapshots"]}
        return found
