"""What AWS says about a place. Each method asks once; what AWS does not reveal becomes `Unknown`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.requests import SOURCE
from snapkeep.domain.points import Snapshot, snapshot_of
from snapkeep_cli.doctor.asking import Clients, absent_is_none, told
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.places.facts import ClaimKey, ForwardRule

LOOKED = "Snapkeep Doctor Looked"
"""The type of the event by which the doctor tries a vault's bus; no rule there takes it."""

OF_COPIES = "vol-ffff"
"""How the volume id that EC2 gives copies begins.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
"""


class PlaceAws:
    """One account and Region."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def opted(self, region: str) -> str | Unknown:
        """The account's status in a Region, such as `opted-in`.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
        """

        def ask() -> str:
            found = self._client("ec2").describe_regions(RegionNames=[region], AllRegions=True)["Regions"]
            return str(found[0].get("OptInStatus", "opt-in-not-required"))

        return told(ask)

    def copies_in_progress(self) -> int | Unknown:
        """How many copies of everybody in the account are in progress here."""

        def ask() -> int:
            unfinished = [{"Name": "status", "Values": ["pending"]}]
            ec2 = self._client("ec2")
            pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=unfinished)
            found = (item for page in pages for item in page["Snapshots"])
            return sum(item.get("VolumeId", "").startswith(OF_COPIES) for item in found)

        return told(ask)

    def key(self, arn: str) -> Mapping[str, Any] | Unknown | None:
        """What KMS says of a key; None if there is no such key."""

        def ask() -> Mapping[str, Any]:
            found: Mapping[str, Any] = self._client("kms").describe_key(KeyId=arn)["KeyMetadata"]
            return found

        return told(lambda: absent_is_none(ask))

    def claim_key(self, arn: str) -> ClaimKey | Unknown:
        """What KMS says of a key of claims' volumes, and the key's policy."""
        described = self.key(arn)
        if isinstance(described, Unknown):
            return described

        def ask() -> Mapping[str, Any]:
            found = self._client("kms").get_key_policy(KeyId=arn, PolicyName="default")
            return dict(json.loads(found["Policy"]))

        return ClaimKey(described or {}, told(ask) if described else {})

    def rule(self, name: str) -> ForwardRule | Unknown | None:
        """A rule of the default bus, and where it sends events; None if there is no such rule."""

        def ask() -> ForwardRule:
            events = self._client("events")
            found = events.describe_rule(Name=name)
            targets = events.list_targets_by_rule(Rule=name)["Targets"]
            return ForwardRule(found["State"] == "ENABLED", tuple(target["Arn"] for target in targets))

        return told(lambda: absent_is_none(ask))

    def refusal(self, place: Place) -> str | Unknown:
        """Why a vault's bus takes no event; "" if it takes them. Only an event tells, so this sends one."""
        entry = {
            "Source": SOURCE,
            "DetailType": LOOKED,
            "Detail": json.dumps({"place": place.name}),
            "EventBusName": place.vault_bus,
        }

        def ask() -> str:
            answer = self._client("events").put_events(Entries=[entry])
            first = answer["Entries"][0]
            return f"{first['ErrorCode']}: {first.get('ErrorMessage', '')}" if "ErrorCode" in first else ""

        return told(ask)

    def management_account(self) -> str | Unknown | None:
        """The management account of the organization; None outside of one."""

        def ask() -> str | None:
            try:
                found = self._client("organizations").describe_organization()["Organization"]
            except ClientError as error:
                if error.response["Error"]["Code"] == "AWSOrganizationsNotInUseException":
                    return None
                raise
            return str(found["MasterAccountId"])

        return told(ask)

    def copies(self) -> list[Snapshot] | Unknown:
        """All snapshots of the account here that are tagged as copies of Snapkeep's."""

        def ask() -> list[Snapshot]:
            wanted = [{"Name": "tag:snapkeep:managed", "Values": [copy_tags.COPY]}]
            ec2 = self._client("ec2")
            pages = ec2.get_paginator("describe_snapshots").paginate(
                OwnerIds=["self"], Filters=wanted, PaginationConfig={"PageSize": 1000}
            )
            return [snapshot_of(item) for page in pages for item in page["Snapshots"]]

        return told(ask)
