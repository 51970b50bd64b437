"""Prints the hops of flows, and how many lead back."""

from __future__ import annotations

import sys

from tests.hops import LAYER
from tests.hops.source import Source
from tests.hops.walk import hops

source = Source(LAYER)
for entry in sys.argv[1:]:
    found = hops(entry, source)
    for hop in found:
        print(f"{'back  ' if hop.is_return else '      '}{hop.caller} -> {hop.called}")
    print(f"{entry}: {len(found)} hops, {sum(hop.is_return for hop in found)} of them back")
