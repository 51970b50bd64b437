"""Unit tests run with sockets closed: what needs a network is no unit."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest


class SocketOpened(AssertionError):
    """A unit test reached for the network."""


@pytest.fixture(autouse=True)
def sockets_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every server of this process."""

    def refuse(_: socket.socket, address: object) -> NoReturn:
        raise SocketOpened(f"a unit test opened a socket to {address}; use a fake or tests/integration")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
