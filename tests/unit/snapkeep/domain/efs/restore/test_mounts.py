"""A volume mounts exactly the restored folder, by the user of before."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.efs.backups import EfsClaim
from snapkeep.domain.efs.handles import below, volume_of_handle
from snapkeep.domain.efs.restore.mounts import AS_LONG_AS, Mount, handle_of, mount_of, restored_path

FS, AP = "fs-0123456789abcdef0", "fsap-0123456789abcdef0"
DIRECTORY = AS_LONG_AS
UUID = "/pvc-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"

EFS_ROOT = re.compile(r"(\/|(\/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4})")
"""What EFS accepts as the root of an access point, from its API model."""


def claim(path: str, user: str = "1000:1000") -> EfsClaim:
    return EfsClaim("myeks", "web", "shared", "uid", path, user)


@pytest.mark.parametrize(
    ("path", "user", "mount"),
    [
        ("/web", "1000:1000", Mount(f"/{DIRECTORY}/web")),
        (UUID, "50000:50000", Mount(f"/{DIRECTORY}{UUID}")),
        ("/", "1000:1000", Mount(f"/{DIRECTORY}")),
        ("/web", "", Mount("", f"/{DIRECTORY}/web")),
        ("/", "", Mount("", f"/{DIRECTORY}")),
        ("/a:b", "", Mount(f"/{DIRECTORY}/a:b")),
    ],
)
def test_a_claim_with_an_access_point_gets_one_and_others_get_a_path(
    path: str, user: str, mount: Mount
) -> None:
    assert mount_of(DIRECTORY, claim(path, user)) == mount


@pytest.mark.parametrize(
    ("above", "below_it"),
    [
        ("/dynamic_provisioning", UUID),
        ("/a/b/c", "/d"),
        ("", "/a&b"),
        ("/a", "/.hidden/b"),
        ("", "/" + "a" * 90),
        ("/a:b/c/d", "/e"),
    ],
)
def test_a_path_that_no_access_point_may_have_is_mounted_below_the_last_that_may(
    above: str, below_it: str
) -> None:
    assert mount_of(DIRECTORY, claim(above + below_it)) == Mount(f"/{DIRECTORY}{above}", below_it)


def test_a_long_path_with_a_colon_cannot_be_mounted() -> None:
    with pytest.raises(ValueError, match="has a colon"):
        mount_of(DIRECTORY, claim("/b/c/d/a:e"))


PATHS = st.lists(st.text(st.characters(blacklist_characters="/\n\0"), min_size=1, max_size=20), max_size=6)


@given(PATHS, st.sampled_from(["", "0:0", "1000:1000,2000"]))
def test_whatever_the_path_the_handle_leads_to_the_restored_folder(parts: list[str], user: str) -> None:
    path = below("/", "/".join(parts))
    try:
        mount = mount_of(DIRECTORY, claim(path, user))
    except ValueError:
        assert ":" in path
        return
    if mount.root:
        assert len(mount.root) <= 100 and EFS_ROOT.fullmatch(mount.root)
    volume = volume_of_handle(handle_of(FS, mount, AP if mount.root else ""))
    assert (volume.file_system, volume.access_point) == (FS, AP if mount.root else "")
    assert below(mount.root or "/", volume.path) == restored_path(DIRECTORY, path)
    assert bool(volume.access_point) or not user
