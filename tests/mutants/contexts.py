"""A plugin of pytest: what coverage records while a test runs is recorded under the id of the test."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from coverage import Coverage


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    current = Coverage.current()
    assert current is not None, "run pytest by `coverage run`"
    current.switch_context(item.nodeid)
    result = yield
    current.switch_context("")
    return result
