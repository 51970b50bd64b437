"""Honest in-memory implementations of the ports; tests/contract holds them to the adapters' behaviour."""

from tests.fakes.clock import TestClock
from tests.fakes.cluster import FakeCluster, FakeClusters
from tests.fakes.faults import Crash
from tests.fakes.journal import MemoryJournal
from tests.fakes.messaging import FakeAnnouncer, FakePacer, FakeQueue, FakeStarter
from tests.fakes.snapshots import FakeSnapshots

__all__ = [
    "Crash",
    "FakeAnnouncer",
    "FakeCluster",
    "FakeClusters",
    "FakePacer",
    "FakeQueue",
    "FakeSnapshots",
    "FakeStarter",
    "MemoryJournal",
    "TestClock",
]
