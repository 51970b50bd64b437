"""EBS snapshots through EC2, in one account and Region."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.ec2_errors import MISSING_SNAPSHOT, ec2_errors, group_errors
from snapkeep.adapters.aws.ec2_protections import is_locked, protections
from snapkeep.adapters.aws.session import chunks, code_of
from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.tags import is_from_elsewhere
from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.points import Snapshot, SnapshotState, snapshot_of
from snapkeep.domain.tags import DEPLOYMENT, HOLD, MANAGED, is_anothers

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import (
        FilterTypeDef,
        TagSpecificationTypeDef,
        VolumeTypeDef,
    )

    from snapkeep.domain.retention.candidates import Protection
    from snapkeep.domain.retention.deletion.locks import Lock

PAGE = 1000
"""Most results of a Describe page; unpaginated calls are throttled sooner and may time out.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-pagination.html
"""

FILTER_VALUES = 200
"""The most values one filter accepts."""

DESCRIPTION_LIMIT = 255


class Ec2Snapshots:
    """Snapshots of this account; EC2 itself filters every Describe call.

    With the name of a deployment, listings omit snapshots that name another one, and every new snapshot names
    this one. With its home, listings omit copies of points from elsewhere, made for a deployment of the same
    name there. A snapshot requested by id is returned whichever deployment owns it: a hidden one
    would look lost.
    """

    def __init__(
        self, ec2: EC2Client, creator: EC2Client, deployment: str = "", home: Home | None = None
    ) -> None:
        """`creator` makes the create calls and must not retry them (`session.CREATES`)."""
        self._ec2 = ec2
        self._creator = creator
        self._deployment, self._home = deployment, home

    def create(self, volume_id: str, tags: Mapping[str, str], description: str) -> Snapshot:
        """CreateSnapshot of one volume, tagged in the same call.

        Raises NotFound when the volume is gone, Throttled when certainly nothing was created, and
        another TemporaryError when the answer was lost.
        """
        with ec2_errors(f"snapshot of {volume_id}"):
            answer = self._creator.create_snapshot(
                VolumeId=volume_id,
                Description=description[:DESCRIPTION_LIMIT],
                TagSpecifications=tagged(self._named(tags)),
            )
        return snapshot_of(answer)

    def create_group(
        self, instance_id: str, exclude: Sequence[str], tags: Mapping[str, str], description: str
    ) -> tuple[Snapshot, ...]:
        """CreateSnapshots of an instance's data volumes except `exclude`, at one point in time.

        Raises GroupRefused when EC2 refuses it permanently, and otherwise what `create` raises.
        """
        with group_errors(f"crash-consistent snapshots of {instance_id}"):
            answer = self._creator.create_snapshots(
                InstanceSpecification={
                    "InstanceId": instance_id,
                    "ExcludeBootVolume": True,
                    "ExcludeDataVolumeIds": list(exclude),
                },
                Description=description[:DESCRIPTION_LIMIT],
                TagSpecifications=tagged(self._named(tags)),
            )
        return tuple(snapshot_of(item) for item in answer["Snapshots"])

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        """Our snapshots with all these tags (of these volumes, in this state), page by page.

        EC2 lags by up to minutes. The snapshots yielded before an error are incomplete. No filter says
        "without this tag", so those of other deployments are left out here.
        """
        by_tag: list[FilterTypeDef] = [
            {"Name": f"tag:{key}", "Values": [_literal(value)]} for key, value in tags.items()
        ]
        if state:
            by_tag.append({"Name": "status", "Values": [state.value]})
        volumes = [list(some) for some in chunks(volume_ids, FILTER_VALUES)]
        narrower: list[list[FilterTypeDef]] = [[{"Name": "volume-id", "Values": some}] for some in volumes]
        for narrow in narrower or [[]]:
            for snapshot in self._find([*by_tag, *narrow], tags):
                if not self._is_anothers(snapshot):
                    yield snapshot

    def held(self, managed: str) -> Iterator[Snapshot]:
        """Our snapshots with a hold tag of any value, page by page."""
        wanted = {MANAGED: managed}
        with_key: list[FilterTypeDef] = [
            {"Name": f"tag:{MANAGED}", "Values": [_literal(managed)]},
            {"Name": "tag-key", "Values": [HOLD]},
        ]
        for snapshot in self._find(with_key, wanted):
            if not self._is_anothers(snapshot):
                yield snapshot

    def _is_anothers(self, snapshot: Snapshot) -> bool:
        by_name = bool(self._deployment) and is_anothers(snapshot.tags, self._deployment)
        return by_name or (self._home is not None and is_from_elsewhere(snapshot, self._home))

    def get(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot of that id, or None when EC2 knows none of ours (yet)."""
        try:
            with ec2_errors(f"describe {snapshot_id}"):
                answer = self._ec2.describe_snapshots(SnapshotIds=[snapshot_id], OwnerIds=["self"])
        except NotFound:
            return None
        return next((snapshot_of(item) for item in answer["Snapshots"]), None)

    def get_many(self, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Our snapshots of these ids, by id; those that EC2 does not know (yet) are absent.

        By filter, because one unknown id would fail a call that names ids.
        """
        found: dict[str, Snapshot] = {}
        for some in chunks(snapshot_ids, FILTER_VALUES):
            wanted: list[FilterTypeDef] = [{"Name": "snapshot-id", "Values": list(some)}]
            found |= {snapshot.id: snapshot for snapshot in self._find(wanted, {})}
        return found

    def add_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Add tags to a snapshot. Raises TemporaryError for an unknown one, which may just be too new."""
        try:
            with ec2_errors(f"tag {snapshot_id}"):
                self._ec2.create_tags(Resources=[snapshot_id], Tags=_pairs(tags))
        except NotFound as error:
            raise TemporaryError(error.reason, timedelta(seconds=15)) from error

    def remove_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Remove these tags from a snapshot where they have these values; EC2 keeps a tag with another value.

        A snapshot without them is success. Raises NotFound.
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
        """
        with ec2_errors(f"untag {snapshot_id}"):
            self._ec2.delete_tags(Resources=[snapshot_id], Tags=_pairs(tags))

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot; one that is already gone is success.

        Raises PermanentError when an AMI uses it or it is locked.
        """
        with ec2_errors(f"delete {snapshot_id}"):
            try:
                self._ec2.delete_snapshot(SnapshotId=snapshot_id)
            except ClientError as error:
                if code_of(error) not in MISSING_SNAPSHOT:
                    raise

    def lock(self, snapshot_id: str, lock: Lock) -> None:
        """Lock a snapshot for the days of the lock, from now on; a locked one stays as it is.

        Locking again would move the end. Raises TemporaryError for an unknown snapshot, which may just be too
        new. https://docs.aws.amazon.com/ebs/latest/userguide/update-snapshot-lock.html
        """
        if is_locked(self._ec2, snapshot_id):
            return
        cool_off: dict[str, Any] = {"CoolOffPeriod": lock.cool_off_hours} if lock.cool_off_hours else {}
        try:
            with ec2_errors(f"lock {snapshot_id}"):
                self._ec2.lock_snapshot(
                    SnapshotId=snapshot_id, LockMode=lock.mode.value, LockDuration=lock.days, **cool_off
                )
        except NotFound as error:
            raise TemporaryError(error.reason, timedelta(seconds=15)) from error

    def in_bin(self, snapshot_id: str) -> bool:
        """True when the snapshot is in the Recycle Bin, or on its way back from it.

        https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-working-with-snaps.html
        """
        try:
            with ec2_errors(f"look for {snapshot_id} in the Recycle Bin"):
                answer = self._ec2.list_snapshots_in_recycle_bin(SnapshotIds=[snapshot_id])
        except NotFound:
            return False
        return any(item["SnapshotId"] == snapshot_id for item in answer["Snapshots"])

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        """The locks on these snapshots and the AMIs made of them; free ones are absent."""
        return protections(self._ec2, snapshot_ids)

    def attachments(self, volume_ids: Sequence[str]) -> Mapping[str, str]:
        """Volume id to the id of the instance it is attached to ("" for none); missing volumes are absent.

        For a volume attached to several instances, the first id in order.
        """
        found: dict[str, str] = {}
        for some in chunks(volume_ids, FILTER_VALUES):
            with ec2_errors(f"describe {len(some)} volumes"):
                for volume in self._volumes({"Name": "volume-id", "Values": list(some)}):
                    instances = sorted(item.get("InstanceId", "") for item in volume.get("Attachments", []))
                    found[volume["VolumeId"]] = instances[0] if instances else ""
        return found

    def made_from(self, volume_id: str) -> str | None:
        """The id of the snapshot that a volume was created from, "" for none; None when EC2 has no such
        volume.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html
        """
        with ec2_errors(f"describe {volume_id}"):
            found = next(self._volumes({"Name": "volume-id", "Values": [volume_id]}), None)
        return None if found is None else found.get("SnapshotId", "")

    def data_volumes(self, instance_id: str) -> tuple[str, ...]:
        """The ids of an instance's volumes other than its boot volume. Raises NotFound."""
        with ec2_errors(f"describe {instance_id}"):
            answer = self._ec2.describe_instances(InstanceIds=[instance_id])
            boot = answer["Reservations"][0]["Instances"][0].get("RootDeviceName", "")
            volumes = self._volumes({"Name": "attachment.instance-id", "Values": [instance_id]})
            return tuple(
                volume["VolumeId"]
                for volume in volumes
                for place in volume["Attachments"]
                if place.get("InstanceId") == instance_id and place.get("Device") != boot
            )

    def _named(self, tags: Mapping[str, str]) -> Mapping[str, str]:
        """The tags with the deployment's name, which runs from before that name existed lack."""
        return {**tags, DEPLOYMENT: self._deployment} if self._deployment else tags

    def _volumes(self, wanted: FilterTypeDef) -> Iterator[VolumeTypeDef]:
        pages = self._ec2.get_paginator("describe_volumes").paginate(
            Filters=[wanted], PaginationConfig={"PageSize": PAGE}
        )
        for page in pages:
            yield from page["Volumes"]

    def _find(self, filters: list[FilterTypeDef], tags: Mapping[str, str]) -> Iterator[Snapshot]:
        with ec2_errors("list snapshots"):
            pages = self._ec2.get_paginator("describe_snapshots").paginate(
                OwnerIds=["self"], Filters=filters, PaginationConfig={"PageSize": PAGE}
            )
            for page in pages:
                for snapshot in map(snapshot_of, page["Snapshots"]):
                    if tags.items() <= snapshot.tags.items():
                        yield snapshot


def tagged(tags: Mapping[str, str]) -> list[TagSpecificationTypeDef]:
    """The tags of a new snapshot, as create calls take them."""
    return [{"ResourceType": "snapshot", "Tags": _pairs(tags)}]


def _pairs(tags: Mapping[str, str]) -> list[Any]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _literal(value: str) -> str:
    """A filter value that matches only itself: EC2 reads `*` and `?` as wildcards.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
    """
    return re.sub(r"([*?\\])", r"\\\1", value)
