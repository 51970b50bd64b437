"""Each mistake changes one place, and the source stays Python."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutation import mutations

SOURCES = [
    ("a < b", {"a <= b"}),
    ("a not in b", {"a in b"}),
    ("a is not b", {"a is b"}),
    ("(a) == (b)", {"(a) != (b)"}),
    ("1 < a <= 2", {"1 <= a <= 2", "1 < a < 2"}),
    ("a and b and c", {"a or b and c", "a and b or c"}),
    ("a + (b - 1)", {"a - (b - 1)", "a + (b + 1)"}),
    ("not a", {"a"}),
    ("f'{a < b}' or 'ü' + c", {"f'{a < b}' and 'ü' + c", "f'{a < b}' or 'ü' - c"}),
    ("for a in b: continue", {"for a in b: pass"}),
    ("def f():\n    return (a,\n        1)", {"def f():\n    return None"}),
    ("def f():\n    return None", set()),
    ("a: int | None = 1", set()),
]


@pytest.mark.parametrize(("source", "wanted"), SOURCES, ids=[source for source, _ in SOURCES])
def test_every_mistake_of_a_source(source: str, wanted: set[str]) -> None:
    made = [each.apply(source) for each in mutations(source)]
    assert set(made) == wanted
    assert len(made) == len(wanted)
    for mutant in made:
        ast.parse(mutant)


def test_a_mistake_names_its_line_and_kind() -> None:
    (found,) = mutations("a = 1\n\nb = a > 2\n")
    assert (found.line, found.kind) == (3, "comparison")
