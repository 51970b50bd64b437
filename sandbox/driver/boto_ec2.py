"""The EC2 port over boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.driver.ec2 import Ec2Error, Ec2Snapshot, VolumeRequest

DESCRIBE_IDS = 1000
"""The driver describes snapshots in batches of at most 1,000 ids, the limit of one call."""
FILTER_VALUES = 200
"""A filter takes at most 200 values.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html"""


class BotoEc2:
    """EC2 through a boto3 client of service `ec2`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def snapshots_named(self, names: Sequence[str]) -> dict[str, Ec2Snapshot]:
        """See `Ec2`."""
        found = {}
        for some in _chunks(names, FILTER_VALUES):
            filters = [{"Name": "tag:CSIVolumeSnapshotName", "Values": list(some)}]
            for raw in self._describe(Filters=filters, OwnerIds=["self"]):
                tags = {tag["Key"]: tag["Value"] for tag in raw.get("Tags", [])}
                found[tags["CSIVolumeSnapshotName"]] = _snapshot(raw)
        return found

    def snapshots(self, ids: Sequence[str]) -> dict[str, Ec2Snapshot]:
        """See `Ec2`. One unknown id fails a whole call; then a filter, which takes fewer ids, skips it."""
        found: list[dict[str, Any]] = []
        for some in _chunks(ids, DESCRIBE_IDS):
            try:
                found += self._describe(SnapshotIds=list(some))
            except Ec2Error as error:
                if error.code != "InvalidSnapshot.NotFound":
                    raise
                for few in _chunks(some, FILTER_VALUES):
                    found += self._describe(Filters=[{"Name": "snapshot-id", "Values": list(few)}])
        return {raw["SnapshotId"]: _snapshot(raw) for raw in found}

    def create_snapshot(self, volume_id: str, description: str, tags: Mapping[str, str]) -> Ec2Snapshot:
        """See `Ec2`."""
        return _snapshot(
            self._call(
                "CreateSnapshot",
                self._client.create_snapshot,
                VolumeId=volume_id,
                Description=description,
                TagSpecifications=_tagged("snapshot", tags),
            )
        )

    def delete_snapshot(self, snapshot_id: str) -> None:
        """See `Ec2`."""
        self._gone_is_fine("DeleteSnapshot", self._client.delete_snapshot, SnapshotId=snapshot_id)

    def create_volume(self, request: VolumeRequest) -> str:
        """See `Ec2`."""
        arguments: dict[str, Any] = {
            "AvailabilityZone": request.zone,
            "Size": request.size_gib,
            "VolumeType": request.type,
            "Encrypted": request.encrypted,
            "ClientToken": request.token,
            "TagSpecifications": _tagged("volume", request.tags),
            **request.options,
        }
        if request.snapshot_id:
            arguments["SnapshotId"] = request.snapshot_id
        answer = self._call("CreateVolume", self._client.create_volume, **arguments)
        if answer["Encrypted"]:
            self._wait_for(answer["VolumeId"])
        return str(answer["VolumeId"])

    def _wait_for(self, volume_id: str) -> None:
        """An encrypted volume whose key cannot be used vanishes; the driver only sees that it is not there.

        https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/2685
        """
        try:
            self._call("DescribeVolumes", self._client.describe_volumes, VolumeIds=[volume_id])
        except Ec2Error as error:
            if error.code == "InvalidVolume.NotFound":
                error.args = (f"timed out waiting for volume to create: {error}",)
                raise

    def delete_volume(self, volume_id: str) -> None:
        """See `Ec2`."""
        self._gone_is_fine("DeleteVolume", self._client.delete_volume, VolumeId=volume_id)

    def grow_volume(self, volume_id: str, size_gib: int) -> None:
        """See `Ec2`."""
        self._call("ModifyVolume", self._client.modify_volume, VolumeId=volume_id, Size=size_gib)

    def attach_volume(self, volume_id: str, instance_id: str, device: str) -> None:
        """See `Ec2`."""
        self._call(
            "AttachVolume",
            self._client.attach_volume,
            VolumeId=volume_id,
            InstanceId=instance_id,
            Device=device,
        )

    def detach_volume(self, volume_id: str, instance_id: str) -> None:
        """See `Ec2`."""
        self._gone_is_fine(
            "DetachVolume", self._client.detach_volume, VolumeId=volume_id, InstanceId=instance_id
        )

    def _describe(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        if "SnapshotIds" not in arguments:
            arguments["MaxResults"] = DESCRIBE_IDS
        while True:
            page = self._call("DescribeSnapshots", self._client.describe_snapshots, **arguments)
            yield from page["Snapshots"]
            if not page.get("NextToken"):
                return
            arguments["NextToken"] = page["NextToken"]

    def _gone_is_fine(self, operation: str, call: Callable[..., Any], **arguments: Any) -> None:
        try:
            self._call(operation, call, **arguments)
        except Ec2Error as error:
            if not error.code.endswith(".NotFound") and error.code != "IncorrectState":
                raise

    def _call(self, operation: str, call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        try:
            return call(**arguments)  # type: ignore[no-any-return]
        except ClientError as failure:
            error, meta = failure.response["Error"], failure.response["ResponseMetadata"]
            raise Ec2Error(
                operation, error["Code"], error["Message"], meta["HTTPStatusCode"], meta.get("RequestId", "")
            ) from failure
        except BotoCoreError as failure:
            raise Ec2Error(operation, "RequestError", str(failure), 0) from failure


def _chunks(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _tagged(kind: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}]


def _snapshot(raw: dict[str, Any]) -> Ec2Snapshot:
    return Ec2Snapshot(
        id=raw["SnapshotId"],
        volume_id=raw["VolumeId"],
        size_gib=raw["VolumeSize"],
        started_at=raw["StartTime"].astimezone(UTC),
        state=raw["State"],
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", [])},
    )
