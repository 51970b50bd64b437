"""What AWS says about the volumes behind claims, their keys, and the Region's snapshots.

Each method asks once. What AWS does not reveal becomes `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from snapkeep_cli.doctor.asking import Clients, absent_is_none, told
from snapkeep_cli.doctor.facts import Quota, Unknown, Volume

VOLUMES_A_CALL = 200
"""The most values in one filter.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
"""

SNAPSHOTS_PER_REGION = "L-309BACF6"
"""The quota of that name in service `ebs`, 100,000 unless raised.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

COUNTED = 0.8
"""The share of the quota up to which snapshots are counted: a page has 1,000."""


class Ebs:
    """One account and Region."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def volumes(self, claims: Mapping[str, str]) -> tuple[Volume, ...] | Unknown:
        """The EBS volumes behind claims (`namespace/name` by volume id), in the order given."""

        def ask() -> tuple[Volume, ...]:
            found: dict[str, Any] = {}
            ids = list(claims)
            for start in range(0, len(ids), VOLUMES_A_CALL):
                wanted = [{"Name": "volume-id", "Values": ids[start : start + VOLUMES_A_CALL]}]
                for page in self._client("ec2").get_paginator("describe_volumes").paginate(Filters=wanted):
                    found |= {item["VolumeId"]: item for item in page["Volumes"]}
            return tuple(_volume(id, claim, found.get(id)) for id, claim in claims.items())

        return told(ask)

    def keys(self, arns: Sequence[str]) -> Mapping[str, str | Unknown]:
        """The state of each KMS key, such as `Enabled`; `gone` for one that does not exist."""
        return {arn: self._key_state(arn) for arn in arns}

    def snapshots(self) -> Quota | Unknown:
        """How many snapshots this account may have in the Region, and how many it has."""

        def ask() -> Quota:
            quotas = self._client("service-quotas")
            found = quotas.get_service_quota(ServiceCode="ebs", QuotaCode=SNAPSHOTS_PER_REGION)["Quota"]
            limit = int(found["Value"])
            most = int(limit * COUNTED)
            pages = (
                self._client("ec2")
                .get_paginator("describe_snapshots")
                .paginate(OwnerIds=["self"], PaginationConfig={"PageSize": 1000})
            )
            there = islice((item for page in pages for item in page["Snapshots"]), most)
            return Quota(limit, sum(1 for _ in there), most)

        return told(ask)

    def pending(self) -> int | Unknown:
        """How many snapshots of this account are pending in the Region."""

        def ask() -> int:
            unfinished = [{"Name": "status", "Values": ["pending"]}]
            ec2 = self._client("ec2")
            pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=unfinished)
            return sum(len(page["Snapshots"]) for page in pages)

        return told(ask)

    def _key_state(self, arn: str) -> str | Unknown:
        def ask() -> str:
            return str(self._client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])

        state = told(lambda: absent_is_none(ask))
        return "gone" if state is None else state


def _volume(id: str, claim: str, found: Mapping[str, Any] | None) -> Volume:
    if found is None:
        return Volume(id, claim, None)
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []}
    return Volume(id, claim, tags, found.get("KmsKeyId", ""))
