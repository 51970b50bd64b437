"""The closed sockets of unit tests are really closed."""

from __future__ import annotations

import socket

import pytest


def test_a_unit_test_that_reaches_for_the_network_fails() -> None:
    with pytest.raises(AssertionError, match="opened a socket to"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)


def test_a_unit_test_that_serves_fails() -> None:
    with pytest.raises(AssertionError, match="opened a socket to"), socket.socket() as server:
        server.bind(("127.0.0.1", 0))
