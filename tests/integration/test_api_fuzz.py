"""Whatever is sent, the API answers as its own description says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).with_name("api_fuzz.py")
PLUGIN = "schemathesis.pytest.plugin"


def test_every_answer_is_as_described() -> None:
    """In a process of its own: importing schemathesis takes seconds that no other test is to wait for."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, str(FUZZ)],
        env=ours, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
