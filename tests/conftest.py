"""Settings for every test: property tests are bounded by examples, not by a clock that load would skew."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("snapkeep", deadline=None)
settings.load_profile("snapkeep")
# Every empty account of moto would otherwise read hundreds of machine images, for a second.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


def pytest_collection() -> None:
    """Collection creates thousands of tests and discards nothing, so the garbage collector is off."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Collected tests stay to the end, so the garbage collector need not scan them again."""
    from tests.sharing import share

    share()
    gc.enable()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How several workers share the tests: tests that share something expensive stay together."""
    from tests.scheduling import Together

    return Together(config, Path(__file__).parents[1], log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many crashed volumes were compared with the kernel's own recovery: their number is a promise."""
    passed = terminalreporter.stats.get("passed", [])
    count = sum(value for each in passed for name, value in each.user_properties if name == "crashed volumes")
    if count:
        terminalreporter.write_line(f"{count} crashed volumes are as the kernel recovers them")
