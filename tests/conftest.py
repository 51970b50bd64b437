"""Settings for every test: property tests are bounded in examples, not by a clock that load moves."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("snapkeep", deadline=None)
settings.load_profile("snapkeep")


def pytest_collection() -> None:
    """Thousands of tests are made and nothing is thrown away: there is no garbage to look for."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not look at it again."""
    gc.enable()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How tests are dealt out to several workers: those that share something expensive stay together."""
    from tests.scheduling import Together

    return Together(config, Path(__file__).parents[1], log)
