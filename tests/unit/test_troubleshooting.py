"""The page that explains codes knows every code the product can answer, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from infra.constructs.api_problems import PROBLEMS
from snapkeep.domain.backup.protectability import Code
from snapkeep_cli.exit_codes import OF_CODE, Exit
from tests.lists import check_list

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
PACKAGE = ROOT / "layers/common/python/snapkeep"


def explained(title: str) -> set[str]:
    """The codes in the first column of the table under a title."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`([a-z0-9_]+)`", row)}


def check_explained(title: str, codes: set[str]) -> None:
    """Fail unless the table under a title explains exactly these codes."""
    check_list(f"docs/troubleshooting.md, table {title!r}", explained(title), codes)


def texts_passed(folder: Path, functions: set[str], place: int) -> Iterator[str]:
    """The texts that calls of these functions have as their argument number `place`."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in functions:
                continue
            if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                yield str(node.args[place].value)  # type: ignore[attr-defined]


def test_every_problem_of_the_api_is_explained() -> None:
    answered = set(texts_passed(PACKAGE / "inbound", {"Problem", "_named"}, 1))
    answered |= {problem.code for problem in PROBLEMS.values()}

    check_explained("Codes of the API", answered)


def test_every_code_of_the_command_is_explained_with_its_exit_code() -> None:
    used = set(texts_passed(ROOT / "snapkeep_cli", {"fail", "NoApi"}, 0))

    assert len(used) > 10
    check_explained("Codes of the command", used - explained("Codes of the API"))
    for code in explained("Codes of the command"):
        assert f"| `{code}` | {OF_CODE.get(code, Exit.FAILED):d} |" in PAGE


def test_every_code_that_ends_the_command_in_its_own_way_is_one_that_exists() -> None:
    assert set(OF_CODE) <= explained("Codes of the command") | explained("Codes of the API")


def test_the_page_is_in_the_order_of_codes() -> None:
    for section in PAGE.split("\n## ")[1:]:
        rows = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
        assert rows == sorted(rows), f"docs/troubleshooting.md, {section.splitlines()[0]!r}: sort the rows"


def test_every_finding_of_a_restore_is_explained() -> None:
    found = set(texts_passed(PACKAGE / "domain" / "restore", {"error", "warning", "info"}, 0))
    on_efs = set(texts_passed(PACKAGE / "domain" / "efs", {"error", "warning", "info"}, 0))

    assert len(found) > 30
    check_explained("Findings of a restore", found)
    check_explained("Findings of a restore from EFS", on_efs)


def test_every_finding_of_a_namespace_is_explained() -> None:
    found = set(texts_passed(ROOT / "snapkeep_cli" / "namespaces", {"finding"}, 1))

    check_explained("Findings of a namespace's restore", found)


def test_every_reason_for_no_protection_is_explained() -> None:
    check_explained("Why a claim is not protected", {code.value for code in Code})
