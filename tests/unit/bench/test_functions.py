"""A start is one of a fresh interpreter that sees nothing but what it is given."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.functions import start


def test_a_start_tells_cpu_memory_and_modules_of_what_it_imported(tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text("import xml.dom.minidom\nsum(range(10_000_000))\n")
    lean = start(["pass"])
    heavy = start(["import handler", str(tmp_path)])

    assert heavy["modules"] > lean["modules"]
    assert heavy["cpu_s"] > lean["cpu_s"] >= 0


def test_packages_of_this_environment_are_not_seen() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        start(["import pytest"])
