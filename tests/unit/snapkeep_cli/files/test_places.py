"""What people type for a place in a volume."""

from __future__ import annotations

import pytest

from snapkeep_cli.files.places import Place, read_place


@pytest.mark.parametrize(
    ("given", "whose", "path"),
    [
        ("data-1:/wp-content", "data-1", "/wp-content"),
        ("data-1", "data-1", "/"),
        ("data-1:", "data-1", "/"),
        ("shop/data:uploads/a:b", "shop/data", "/uploads/a:b"),
        ("snap-0a1b://etc", "snap-0a1b", "/etc"),
        ("data-1:/two\nlines", "data-1", "/two\nlines"),
    ],
)
def test_the_first_colon_ends_the_point_or_claim(given: str, whose: str, path: str) -> None:
    assert read_place(given) == Place(whose, path)
