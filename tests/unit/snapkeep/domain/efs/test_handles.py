"""Handles of the EFS driver in all their forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.efs.handles import EfsVolume, below, handle_in_full, volume_of_handle

FS, AP = "fs-0123456789abcdef0", "fsap-0123456789abcdef0"


@pytest.mark.parametrize(
    ("handle", "volume"),
    [
        (FS, EfsVolume(FS)),
        (f"{FS}:", EfsVolume(FS)),
        (f"{FS}::", EfsVolume(FS)),
        (f"{FS}:/data", EfsVolume(FS, "/data")),
        (f"{FS}:data/../logs/", EfsVolume(FS, "/logs")),
        (f"{FS}::{AP}", EfsVolume(FS, "/", AP)),
        (f"{FS}:/sub:{AP}", EfsVolume(FS, "/sub", AP)),
        (f"efs:{FS}", EfsVolume(FS)),
        (f"efs:{FS}:/a:{AP}", EfsVolume(FS, "/a", AP)),
        ("fs-01234567", EfsVolume("fs-01234567")),
    ],
)
def test_every_form_names_a_folder(handle: str, volume: EfsVolume) -> None:
    assert volume_of_handle(handle) == volume


def test_a_mount_option_may_name_the_access_point() -> None:
    options = ("tls", f"accesspoint={AP}")
    for handle in (FS, f"efs:{FS}", f"{FS}:/data"):
        assert volume_of_handle(handle_in_full(handle, options)).access_point == AP
    assert volume_of_handle(handle_in_full(f"{FS}:/data", options)).path == "/data"
    for handle in (f"{FS}::fsap-0", f"s3files:{FS}"):
        assert handle_in_full(handle, options) == handle
    assert handle_in_full(FS, ("tls",)) == FS


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (f"s3files:{FS}", "back up the bucket"),
        ("vol-0123", "does not name an EFS file system"),
        (f"{FS}:a:{AP}:b", "does not name an EFS file system"),
        (f"{FS}::ap-1", "does not name an access point"),
        ("", "does not name an EFS file system"),
    ],
)
def test_what_is_no_folder_of_efs_is_refused_in_words(handle: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        volume_of_handle(handle)


@given(st.text("ab./", max_size=20), st.sampled_from(["/", "/root", "/root/"]))
def test_a_path_never_leaves_its_root(path: str, root: str) -> None:
    found = below(root, path)

    assert found == root.rstrip("/") or found.startswith(f"{root.rstrip('/')}/")
    assert ".." not in found.split("/")
