"""urllib3's errors become sentences, however deep the cause is."""

from __future__ import annotations

import socket

import pytest
import urllib3

from snapkeep.adapters.kubernetes.patience import TookTooLong
from snapkeep.adapters.kubernetes.silence import why_silent

POOL = urllib3.HTTPSConnectionPool("host")


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (urllib3.exceptions.ConnectTimeoutError("x"), "nobody accepted the connection in time"),
        (
            urllib3.exceptions.MaxRetryError(
                POOL, "/api", urllib3.exceptions.ReadTimeoutError(POOL, "/api", "read timed out")
            ),
            "it accepted the request and stayed silent",
        ),
        (urllib3.exceptions.SSLError("bad"), "its certificate is not the one that EKS names"),
        (urllib3.exceptions.ProtocolError("x", ConnectionResetError("x")), "it closed the connection"),
        (socket.gaierror(-2, "x"), "its address cannot be resolved"),
        (OSError("x"), "the connection failed"),
    ],
)
def test_each_cause_has_its_words(raised: Exception, words: str) -> None:
    assert why_silent(raised) == words


def test_the_innermost_cause_counts() -> None:
    refused = urllib3.exceptions.NewConnectionError(POOL, "Failed to establish a new connection")
    refused.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert why_silent(urllib3.exceptions.MaxRetryError(POOL, "/api", refused)) == "it refused the connection"


def test_an_answer_that_was_cut_short_is_no_silence() -> None:
    cut = urllib3.exceptions.ReadTimeoutError(POOL, "/api", "read timed out")
    cut.__cause__ = TookTooLong("the whole answer took too long")
    assert why_silent(urllib3.exceptions.MaxRetryError(POOL, "/api", cut)) == "its answer took too long"
