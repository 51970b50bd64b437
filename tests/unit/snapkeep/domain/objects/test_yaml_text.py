"""YAML that functions write: every YAML reader gets the object back."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.objects.yaml_text import document

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "yes",
        "No",
        "~",
        "null",
        "1e3",
        "0x1f",
        "- a",
        "a: b",
        "# no",
        "|",
        "",
        " ",
        "\x85",
        "\u2028",
        "\ufeff",
        "\x7f",
    ]
)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_what_is_written_reads_back_the_same(item: dict[str, Any]) -> None:
    for loader in LOADERS:
        assert list(yaml.load_all(document(item), loader)) == [item]


def test_people_can_read_it() -> None:
    item = {"kind": "Service", "spec": {"ports": [{"port": 80, "name": "web"}], "selector": {}}, "on": True}
    assert document(item) == (
        '---\nkind: "Service"\nspec:\n  ports:\n    - port: 80\n      name: "web"\n'
        '  selector: {}\n"on": true\n'
    )


@pytest.mark.parametrize("count", [2, 3])
def test_documents_follow_each_other(count: int) -> None:
    items = [{"name": f"n{number}", "list": [[1], []]} for number in range(count)]
    assert list(yaml.safe_load_all("".join(map(document, items)))) == items
