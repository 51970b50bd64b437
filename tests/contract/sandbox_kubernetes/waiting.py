"""Waiting for what another thread of the cluster does."""

import time
from collections.abc import Callable


def eventually(look: Callable[[], object], seconds: float = 5.0) -> None:
    """Returns as soon as `look` is true; fails when it stays false."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.02)
