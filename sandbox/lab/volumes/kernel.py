"""File systems that the kernel makes, writes, cuts off and recovers. Needs root, loop mounts and mkfs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.lab.volumes.archive import Entry

MAKERS = {"ext4": ("mkfs.ext4", "-q", "-F", "-m0"), "xfs": ("mkfs.xfs", "-q", "-f")}

SHUT_DOWN, WITHOUT_LOG = 0x8004587D, 2


def make(kind: str, image: Path, size: int, options: Sequence[str] = ()) -> None:
    """Make a file system, `ext4` or `xfs`, in a new sparse file of `size` bytes. `options` go to mkfs."""
    with image.open("wb") as file:
        file.truncate(size)
    # mkfs.xfs makes small volumes, with logs that soon wrap, for tests alone.
    allowed = os.environ | dict.fromkeys(("TEST_DIR", "TEST_DEV", "QA_CHECK_FS"), "1")
    run([*MAKERS[kind], *options, str(image)], allowed)


@contextmanager
def mounted(image: Path) -> Iterator[Path]:
    """The folder where a file system is mounted meanwhile. What its log holds is recovered first."""
    there = image.with_name("mounted")
    there.mkdir(exist_ok=True)
    run(["mount", "-o", "loop", str(image), str(there)])
    try:
        yield there
    finally:
        run(["umount", str(there)])


@contextmanager
def cut_off(image: Path) -> Iterator[Path]:
    """Like `mounted`, but the end loses what is not on the disk, and so leaves what a snapshot would hold.

    The request is EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN, which are the same, with the flag not to flush the
    log: include/uapi/linux/ext4.h and fs/xfs/libxfs/xfs_fs.h of the kernel.
    """
    with mounted(image) as there:
        yield there
        folder = os.open(there, os.O_RDONLY)
        fcntl.ioctl(folder, SHUT_DOWN, struct.pack("I", WITHOUT_LOG))
        os.close(folder)


def grow(image: Path, there: Path, size: int) -> None:
    """Grow a mounted xfs to `size` bytes, as kubelet does after the volume has grown."""
    os.truncate(image, size)
    (device,) = run(["losetup", "--noheadings", "--output", "NAME", "--associated", str(image)]).split()
    run(["losetup", "--set-capacity", device])
    run(["xfs_growfs", str(there)])


def recovered(image: Path) -> Mapping[str, Entry]:
    """What the kernel's recovery finds on a file system that was cut off; the image stays as it is."""
    copy = image.with_name(f"{image.name}.recovered")
    run(["cp", "--sparse=always", str(image), str(copy)])
    with mounted(copy) as there:
        found = entries(there)
    copy.unlink()
    return found


def entries(top: Path) -> Mapping[str, Entry]:
    """Everything below a folder, by path from there."""
    found: dict[str, Entry] = {}
    for path in sorted(top.rglob("*")):
        name = f"/{path.relative_to(top)}"
        if path.is_symlink():
            found[name] = "link", str(path.readlink())
        elif path.is_dir():
            found[name] = ("directory",)
        else:
            data = path.read_bytes()
            found[name] = "file", len(data), hashlib.sha256(data).hexdigest()
    found.pop("/lost+found", None)
    return found


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What a command prints. RuntimeError with its last words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout
