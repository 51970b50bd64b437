"""Files and functions stay small enough to read in one go; what meets a limit here has two ideas in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("app.py", "bench", "docs", "infra", "lambdas", "layers", "sandbox", "snapkeep_cli", "tests")
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 50
LAYER = ROOT / "layers/common/python/snapkeep"
MODULES_OF_A_FOLDER = 14
METHODS_OF_A_PORT = 12


def modules(room: str) -> Iterator[Path]:
    """The modules of a folder, or the one module that is named."""
    path = ROOT / room
    yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_is_long(room: str) -> None:
    lines = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in modules(room)}

    assert lines
    assert {str(path): count for path, count in lines.items() if count > LINES_OF_A_FILE} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_no_function_is_long(room: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }

    assert {name: count for name, count in found.items() if count > LINES_OF_A_FUNCTION} == {}


def test_no_folder_of_domain_and_services_is_crowded() -> None:
    folders = [
        folder
        for room in ("domain", "services")
        for folder in (LAYER / room, *(LAYER / room).rglob("*/"))
        if folder.name != "__pycache__"
    ]
    crowd = {
        str(folder.relative_to(LAYER)): len([path for path in folder.glob("*.py") if path.stem != "__init__"])
        for folder in folders
    }

    assert crowd["domain"] and crowd["services/backup"]
    assert {name: count for name, count in crowd.items() if count > MODULES_OF_A_FOLDER} == {}


def test_no_port_asks_for_more_than_one_job() -> None:
    methods = {
        f"{path.stem}.{port.name}": len([each for each in port.body if isinstance(each, ast.FunctionDef)])
        for path in (LAYER / "ports").glob("*.py")
        for port in ast.walk(ast.parse(path.read_text()))
        if isinstance(port, ast.ClassDef)
    }

    assert methods
    assert {name: count for name, count in methods.items() if count > METHODS_OF_A_PORT} == {}
