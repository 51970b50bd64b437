"""Names of files in sentences, and names that no file has."""

from __future__ import annotations

import pytest

from snapkeep.domain.files.words import below, is_possible, shown


def test_a_name_stays_on_one_line() -> None:
    assert shown("a b\n\x1b[31m\udcff\u202eü") == r"a b\n\x1b[31m\udcff\u202eü"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/", "a\0"])
def test_names_that_no_file_has(name: str) -> None:
    assert not is_possible(name)


def test_a_path_below_a_folder() -> None:
    assert (below("/", "a"), below("/a", "b")) == ("/a", "/a/b")
    assert is_possible("...") and is_possible("a\n")
