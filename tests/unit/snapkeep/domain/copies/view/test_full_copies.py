"""A changed key is reported as full copies, with their cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.view.full_copies import under_another_key
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import KEY, OSAKA, copy_at

OLD_KEY = KEY.replace("1234abcd", "4321abcd")


def a_copy(name: str, days_ago: int, key: str, **changes: object) -> Copy:
    copy = copy_at(NOW - timedelta(days=days_ago), name)
    return replace(copy, key=key, size_bytes=100 * 2**30, **changes)  # type: ignore[arg-type]


def test_volumes_whose_newest_copy_is_under_the_old_key_are_told_with_size_and_dollars() -> None:
    copies = [
        a_copy("a", 2, OLD_KEY),
        a_copy("b", 2, OLD_KEY),
        a_copy("b", 1, OLD_KEY),
        a_copy("c", 2, OLD_KEY),
        a_copy("c", 1, KEY),
    ]
    found = under_another_key(copies, OSAKA)
    assert (found.volumes, found.bytes, found.dollars) == (2, 200 * 2**30, 4.0)
    assert str(found) == (
        "volumes whose newest copy in osaka is under another key than its kms_key: 2. Their next copies are "
        "full ones: 200 GiB and $4.00 at most to send"
    )


def test_nothing_is_told_where_all_are_under_the_key_or_the_key_is_not_known() -> None:
    failed = a_copy("b", 0, OLD_KEY, state=CopyState.FAILED)
    tokyo = a_copy("c", 0, OLD_KEY, place="tokyo")
    assert str(under_another_key([a_copy("a", 1, KEY), a_copy("d", 1, ""), failed, tokyo], OSAKA)) == ""
