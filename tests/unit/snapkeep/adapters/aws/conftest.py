"""An event bus for those that publish."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.snapkeep.adapters.aws.event_bus import Bus


@pytest.fixture
def bus() -> Any:
    return Bus()
