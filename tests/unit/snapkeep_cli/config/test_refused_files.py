"""A file that is no config, cannot be read, or has data of another shape is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapkeep_cli.config import ConfigError, load
from tests.unit.snapkeep_cli.config.conftest import Refusals


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "snapkeep.yaml: is empty: it needs clusters and policies"),
        ("# nothing\n", "snapkeep.yaml: is empty: it needs clusters and policies"),
        ("[1]", "snapkeep.yaml: [1] is not allowed; use a mapping of keys to values"),
        ("a: [", "snapkeep.yaml:1: is not valid YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\n---\nb: 1", "snapkeep.yaml:2: is not valid YAML: but found another document"),
        (
            "a: !!python/object:os.system x",
            "snapkeep.yaml:1: is not valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object:os.system'",
        ),
        (
            "a:\n  b: */15 * * * *",
            "snapkeep.yaml:2: is not valid YAML: expected alphabetic or numeric character, but found '/'; "
            "quote text that begins with *, and put what policies share under defaults",
        ),
        (
            "a: {b: @daily}",
            "snapkeep.yaml:1: is not valid YAML: found character '@' that cannot start any token; "
            'put text that begins with @ in quotes, such as "@daily"',
        ),
        (
            "a: %x",
            "snapkeep.yaml:1: is not valid YAML: found character '%' that cannot start any token; "
            "put text that begins with % in quotes",
        ),
        (
            "a:\n\t- b",
            "snapkeep.yaml:2: is not valid YAML: found character '\\t' that cannot start any token; "
            "indent with spaces",
        ),
        (
            "a: &x [*x]",
            "snapkeep.yaml:1: *x is a YAML alias, which is not used here; quote text that begins with *, and "
            "put what policies share under defaults",
        ),
        (
            "a:\n  until: 2027-02-30",
            "snapkeep.yaml:2: is not valid YAML: '2027-02-30' looks like a timestamp but is not valid; "
            "correct it, or put text in quotes",
        ),
        *(
            (
                f"a: 1\nb: {value}",
                f"snapkeep.yaml:2: is not valid YAML: {shown!r} looks like a {kind} but is not valid; "
                "correct it, or put text in quotes",
            )
            for value, kind, shown in (
                ("2027-06-30T10:00:00+99:00", "timestamp", "2027-06-30T10:00:00+99:00"),
                ("0x_", "int", "0x_"),
                ("9" * 5000, "int", "9" * 60),
                ("!!int ''", "int", ""),
                ("!!bool perhaps", "bool", "perhaps"),
                ("!!timestamp soon", "timestamp", "soon"),
            )
        ),
        *(
            (
                f"a: 1\nb: {nested}",
                "snapkeep.yaml:2: is nested more than 30 levels deep; no setting needs that",
            )
            for nested in ("[" * 20_000, "[" * 31 + "]" * 31, "{c: " * 20_000, "[[" * 200 + "]]" * 200)
        ),
    ],
)
def test_a_file_that_is_no_config_says_so(refusals: Refusals, text: str, line: str) -> None:
    assert refusals(text) == [line]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nope\.yaml: cannot be read: No such file or directory"):
        load(tmp_path / "nope.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.yaml: cannot be read: it is not UTF-8 text"):
        load(binary)


@pytest.mark.parametrize(
    "wrong", ["7", "[]", "{}", "text", "{policies: {a: 1}}", "{clusters: [7], policies: [7]}"]
)
def test_data_of_any_shape_is_refused_and_never_crashes(refusals: Refusals, wrong: str) -> None:
    assert refusals(wrong)
