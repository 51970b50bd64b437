"""How long an answer may take: no block allows more than the one around it."""

from __future__ import annotations

import socket
import ssl

import pytest

from snapkeep.adapters.kubernetes import patience
from snapkeep.adapters.kubernetes.patience import PatientSocket, TookTooLong, within


class Stopwatch:
    """A clock that advances only on demand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


def left() -> float:
    return patience._left.get()()


def test_without_a_limit_nothing_is_limited() -> None:
    assert left() == float("inf")


def test_time_runs_out_and_the_limit_ends_with_its_block(stopwatch: Stopwatch) -> None:
    with within(8, stopwatch):
        stopwatch.seconds += 5
        assert left() == 3
        stopwatch.seconds += 5
        assert left() == -2
    assert left() == float("inf")


def test_an_inner_block_gets_no_more_than_is_left(stopwatch: Stopwatch) -> None:
    with within(12, stopwatch):
        stopwatch.seconds += 10
        with within(8, stopwatch):
            assert left() == 2
        assert left() == 2


def test_when_time_is_up_nothing_more_is_read(stopwatch: Stopwatch) -> None:
    reading = PatientSocket.__new__(PatientSocket)
    socket.socket.__init__(reading)
    with within(8, stopwatch):
        stopwatch.seconds += 8
        with pytest.raises(TookTooLong):
            reading.recv_into(bytearray(1))
    socket.socket.close(reading)


def test_connections_use_such_sockets() -> None:
    assert issubclass(PatientSocket, ssl.SSLSocket)
