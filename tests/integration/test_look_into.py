"""Looks into points through the EBS direct APIs see what the kernel recovered.

The volumes were cut off in the middle of their work, so that their newest files are in the log only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox.lab.volumes.archive import Entry
from sandbox.launch import ADMIN_KEY, Sandbox
from snapkeep.adapters.aws.blocks import READS, EbsBlocks
from snapkeep.adapters.aws.ec2 import Ec2Snapshots
from snapkeep.adapters.filesystems import ReadFileSystems
from snapkeep.domain.points import Snapshot
from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.domain.proof.looks import Look, Unseen
from snapkeep.services.proof.look_into import MOST_BLOCKS, LookInto
from snapkeep.services.proof.snapshot_volume import Cost, SnapshotVolume
from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from tests.filesystems.images import unpack
from tests.filesystems.reading import differences, entries

pytestmark = pytest.mark.sandbox

FEW = 60
"""Blocks that a look may take on these volumes: 30 MiB."""


BEHIND = (1500, 1501)
"""Blocks of a volume behind the file systems of these images."""


@dataclass
class Account:
    """An account whose volumes hold crash images."""

    sandbox: Sandbox

    def __post_init__(self) -> None:
        self.ec2 = self.sandbox.client("ec2")
        self.snapshots = Ec2Snapshots(self.ec2, self.ec2)
        self.blocks = EbsBlocks(self._ebs())
        self.looker = LookInto(self.blocks, ReadFileSystems())

    def _ebs(self) -> Any:
        return boto3.client(
            "ebs",
            region_name=self.sandbox.region,
            endpoint_url=self.sandbox.aws_url,
            config=READS,
            aws_access_key_id=ADMIN_KEY,
            aws_secret_access_key=ADMIN_KEY,
        )

    def volume(self, **more: Any) -> str:
        made = self.ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1, **more)
        return str(made["VolumeId"])

    def snapshot(self, volume: str, image: Path | None = None) -> Snapshot:
        if image is not None:
            self.sandbox.aws.write_image(volume, image)
        made = self.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        self.sandbox.aws.settle_snapshot(made)
        found = self.snapshots.get(made)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with Sandbox(cluster="") as sandbox:
        yield Account(sandbox)


def sizes(true: Mapping[str, Entry]) -> dict[str, int]:
    """Some files of an image, as the kernel saw them."""
    files = {path: entry[1] for path, entry in sorted(true.items()) if entry[0] == "file"}
    return {path: int(size) for path, size in list(files.items())[:10]}


def roots(true: Mapping[str, Entry]) -> set[str]:
    return {path.split("/")[1] for path in true}


@pytest.mark.parametrize("name", ["ext4-wrapped", "xfs"])
def test_a_look_sees_what_the_kernel_recovered_and_takes_few_blocks(
    account: Account, tmp_path: Path, name: str
) -> None:
    image, true = unpack(name, tmp_path)
    expected, cost = sizes(true), Cost()

    seen = account.looker.run(account.snapshot(account.volume(), image), [*expected, "/nope"], "", cost)

    assert isinstance(seen, Look)
    assert (seen.contents, seen.log_trouble) == (name.split("-")[0], "") and seen.transactions > 0
    assert {*seen.names} - {"lost+found"} == roots(true)
    assert seen.expected == {**expected, "/nope": None}
    assert seen.written >= cost.blocks * BLOCK
    assert 0 < cost.blocks <= FEW and 0 < cost.listings <= 10


@pytest.mark.parametrize("name", ["ext4-wrapped", "xfs"])
def test_every_file_of_a_snapshot_is_as_the_kernel_recovered_it(
    account: Account, tmp_path: Path, name: str
) -> None:
    image, true = unpack(name, tmp_path)
    snapshot = account.snapshot(account.volume(), image)

    volume = SnapshotVolume(account.blocks, snapshot.id, snapshot.size_bytes, MOST_BLOCKS)

    assert differences(true, entries(Files(open_file_system(volume)))) == []


def test_what_changed_since_another_point_is_counted_in_blocks(account: Account, tmp_path: Path) -> None:
    image, _ = unpack("xfs", tmp_path)
    volume = account.volume()
    before = account.snapshot(volume, image)
    with image.open("r+b") as file:
        for index in BEHIND:
            file.seek(index * BLOCK)
            file.write(b"new")
    after = account.snapshot(volume, image)
    other = account.snapshot(account.volume(), image)

    since, unknown = (account.looker.run(after, (), each.id) for each in (before, other))

    assert isinstance(since, Look) and isinstance(unknown, Look)
    assert (since.changed, unknown.changed) == (2 * BLOCK, None)


def test_a_point_under_a_disabled_key_is_not_looked_into(account: Account, tmp_path: Path) -> None:
    kms = account.sandbox.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    image, _ = unpack("xfs", tmp_path)
    snapshot = account.snapshot(account.volume(Encrypted=True, KmsKeyId=key), image)

    assert isinstance(account.looker.run(snapshot, ()), Look)
    kms.disable_key(KeyId=key)
    seen = account.looker.run(snapshot, ())

    assert isinstance(seen, Unseen) and seen.reason.startswith(f"key {key} does not let check_points read it")
