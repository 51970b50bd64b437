"""The present is passed in: only what wires the functions reads it."""

from __future__ import annotations

import re
from pathlib import Path

LAYER = Path(__file__).parents[2] / "layers" / "common" / "python" / "snapkeep"

READS_IT = re.compile(r"datetime\.(utc)?now\(|date\.today\(|time\.(time|monotonic)(_ns)?\(")


def test_domain_services_adapters_and_inbound_never_read_the_clock() -> None:
    rooms = [LAYER / room for room in ("domain", "services", "adapters", "inbound", "ports")]
    modules = [path for room in rooms for path in room.rglob("*.py")]

    assert len(modules) > 100
    assert [path.name for path in modules if READS_IT.search(path.read_text(encoding="utf-8"))] == []
