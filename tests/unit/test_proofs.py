"""The pages that claim something name the tests that show it: each of these must exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("threat-model.md", "failure-modes.md")
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FAILURE_MODES = 46


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def names_in(path: Path) -> set[str]:
    """The names of the tests in a module; none for one that is not there."""
    if not path.is_file():
        return set()
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", PAGES)
def test_every_test_that_a_page_names_exists(name: str) -> None:
    proofs = PROOF.findall(page(name))

    assert [f"{path}::{test}" for path, test in proofs if test not in names_in(ROOT / path)] == []
    assert page(name).count("::") == len(proofs), "a test is named as `tests/path.py::test_name`"


def test_every_failure_mode_has_a_test_or_says_why_it_has_none() -> None:
    modes = re.split(r"^(\d+)\. ", page("failure-modes.md"), flags=re.MULTILINE)
    numbers, texts = modes[1::2], modes[2::2]

    assert numbers == [str(number) for number in range(1, FAILURE_MODES + 1)]
    unproven = [
        n
        for n, text in zip(numbers, texts, strict=True)
        if not PROOF.search(text) and "not supported yet" not in text
    ]
    assert unproven == []


def test_every_file_that_the_threat_model_names_exists() -> None:
    named = re.findall(r"\]\(([\w./-]+)\)", page("threat-model.md"))

    assert named and [each for each in named if not (ROOT / "docs" / each).exists()] == []


LAYER = "layers/common/python/snapkeep"
IN_LAYER = ("domain", "services", "adapters", "inbound", "ports", "wiring")


def test_every_path_of_the_map_exists() -> None:
    named = re.findall(r"`([\w./-]+(?:/[\w.-]*|\.py))`", page("architecture.md"))
    paths = [f"{LAYER}/{each}" if each.startswith(IN_LAYER) else each for each in named]

    assert len(paths) > 60
    assert [each for each in paths if not (ROOT / each).exists()] == []


def test_every_path_that_the_sandbox_s_page_names_exists() -> None:
    text = (ROOT / "sandbox" / "README.md").read_text()
    named = re.findall(r"`((?:sandbox|tests)/[\w./-]+)`", text)
    linked = re.findall(r"\]\((\.\.[\w./-]+)\)", text)

    assert len(named) > 10 and linked
    assert [each for each in named if not (ROOT / each).exists()] == []
    assert [each for each in linked if not (ROOT / "sandbox" / each).exists()] == []
