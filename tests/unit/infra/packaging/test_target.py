"""For whom code is built, and who can compile for it."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.packaging.target import Target

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_lambdas_processors_have_their_wheels() -> None:
    assert Target("python3.13", "arm64").platform == "aarch64-manylinux2014"
    assert Target("python3.13", "x86_64").platform == "x86_64-manylinux2014"


def test_code_for_this_python_is_compiled_by_this_python() -> None:
    assert Target(HERE, "x86_64").compiler == Path(sys.executable)


def test_nobody_compiles_for_a_python_that_is_not_here() -> None:
    assert Target("python3.99", "x86_64").compiler is None
