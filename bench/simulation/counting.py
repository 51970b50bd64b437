"""Counting the calls of a port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any


class Counted:
    """A port whose calls are counted by name."""

    def __init__(self, port: Any, calls: Counter[str]) -> None:
        self._port, self._calls = port, calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls[name] += 1
            return getattr(self._port, name)(*args, **kwargs)

        return call
