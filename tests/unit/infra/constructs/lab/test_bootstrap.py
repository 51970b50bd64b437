"""The nodes' bootstrap scripts, run with commands that only write down how they were called."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra.constructs.lab.user_data import FOLDER

SCRIPTS = sorted(path.name for path in FOLDER.glob("*.sh"))

RECORDER = """#!/bin/bash
input=""
[ "${0##*/}" = tee ] && input=" <<< $(cat)"
echo "${0##*/} $*$input" >> "$CALLS"
"""
UUID = "11111111-2222-3333-4444-555555555555"
ROOT = "/dev/nvme0n1 Amazon Elastic Block Store"
SECOND = "/dev/nvme1n1 Amazon Elastic Block Store"
SCRATCH = "/dev/nvme2n1 Amazon EC2 NVMe Instance Storage"


class Node:
    """An instance with these disks (`path model`): `partitioned` and `formatted` say what is on them."""

    def __init__(self, folder: Path, *disks: str, partitioned: str = "", formatted: str = "") -> None:
        self.commands = folder / "bin"
        self.calls = folder / "calls"
        self.commands.mkdir()
        self.calls.touch()
        for name in ("mkfs.xfs", "mkdir", "mount", "umount", "tee", "cp", "systemctl"):
            self._command(name, RECORDER)
        self._command("blkid", f"#!/bin/bash\necho {UUID}\n")
        self._command("mktemp", "#!/bin/bash\necho /staging\n")
        models = "\n".join(f"  echo '{disk}      '" for disk in disks)
        self._command(
            "lsblk",
            f"""#!/bin/bash
case "$*" in
*NAME,MODEL)
{models}
  ;;
*"--output NAME {partitioned or "none"}") echo disk; echo part1; echo part2 ;;
*"--output NAME "*) echo disk ;;
*"--output FSTYPE {formatted or "none"}") echo xfs ;;
*) echo "" ;;
esac
""",
        )

    def _command(self, name: str, script: str) -> None:
        (self.commands / name).write_text(script)
        (self.commands / name).chmod(0o755)

    def boots(self, script: str) -> subprocess.CompletedProcess[str]:
        """What came of the script."""
        return subprocess.run(
            ["bash", str(FOLDER / script)],
            env={"PATH": f"{self.commands}:{os.environ['PATH']}", "CALLS": str(self.calls)},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def done(self) -> list[str]:
        """The commands that change something, in order."""
        return self.calls.read_text().splitlines()


@pytest.mark.parametrize("script", SCRIPTS)
def test_bash_can_read_it(script: str) -> None:
    checked = subprocess.run(
        ["bash", "-n", str(FOLDER / script)], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("disks", [(ROOT, SECOND, SCRATCH), (SCRATCH, ROOT, SECOND), (ROOT, SCRATCH, SECOND)])
def test_the_instance_store_is_found_by_model_whatever_its_number(
    tmp_path: Path, disks: tuple[str, ...]
) -> None:
    node = Node(tmp_path, *disks)

    assert node.boots("instance-store.sh").returncode == 0
    assert node.done == [
        "mkfs.xfs /dev/nvme2n1",
        "mkdir --parents /data",
        f"tee --append /etc/fstab <<< UUID={UUID} /data xfs defaults,noatime,nofail 0 2",
        "mount /data",
    ]


def test_of_two_instance_store_disks_the_first_is_taken(tmp_path: Path) -> None:
    node = Node(tmp_path, ROOT, SCRATCH, "/dev/nvme3n1 Amazon EC2 NVMe Instance Storage")

    assert node.boots("instance-store.sh").returncode == 0
    assert node.done[0] == "mkfs.xfs /dev/nvme2n1"


def test_a_type_without_instance_store_formats_nothing_and_says_so(tmp_path: Path) -> None:
    node = Node(tmp_path, ROOT, SECOND)
    failed = node.boots("instance-store.sh")

    assert failed.returncode == 1
    assert "no disk of model 'Amazon EC2 NVMe Instance Storage'" in failed.stderr
    assert node.done == []


@pytest.mark.parametrize("disks", [(ROOT, SECOND), (SECOND, ROOT), (SCRATCH, SECOND, ROOT)])
def test_containerd_moves_with_its_images_to_the_ebs_volume_that_is_not_the_root(
    tmp_path: Path, disks: tuple[str, ...]
) -> None:
    node = Node(tmp_path, *disks, partitioned="/dev/nvme0n1")

    assert node.boots("containerd-volume.sh").returncode == 0
    assert node.done == [
        "systemctl stop containerd",
        "mkfs.xfs /dev/nvme1n1",
        "mount /dev/nvme1n1 /staging",
        "cp --archive /var/lib/containerd/. /staging/",
        "umount /staging",
        f"tee --append /etc/fstab <<< UUID={UUID} /var/lib/containerd xfs defaults,noatime 0 2",
        "mount /var/lib/containerd",
    ]


def test_a_volume_with_data_on_it_is_never_formatted(tmp_path: Path) -> None:
    node = Node(tmp_path, ROOT, SECOND, partitioned="/dev/nvme0n1", formatted="/dev/nvme1n1")
    failed = node.boots("containerd-volume.sh")

    assert failed.returncode == 1
    assert "no empty volume of model 'Amazon Elastic Block Store'" in failed.stderr
    assert node.done == []
