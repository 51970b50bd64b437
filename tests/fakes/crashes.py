"""Functions that die around any call of a port, and functions that run at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.faults import Crash


class CrashAt:
    """Puts a proxy around every port; the function dies around the n-th call of any of them."""

    def __init__(self, step: int, *, after: bool) -> None:
        self.step = step
        self.after = after
        self.calls = 0
        self.crashed = ""

    def __call__(self, port: Any) -> Any:
        return _Proxy(port, self._around)

    def _around(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls != self.step:
            return call()
        self.crashed = name
        if self.after:
            call()
        raise Crash(name)


class _Proxy:
    def __init__(self, port: Any, around: Callable[[str, Callable[[], Any]], Any]) -> None:
        self._port = port
        self._around = around

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*arguments: Any, **named: Any) -> Any:
            return self._around(name, lambda: _settled(method(*arguments, **named), self._around))

        return call


def _settled(answer: Any, around: Callable[[str, Callable[[], Any]], Any]) -> Any:
    """Generators are read to their end inside the step; an opened cluster is wrapped too."""
    if answer is None or isinstance(answer, (bool, dict, list, str, tuple)):
        return answer
    if isinstance(answer, Iterator):
        return iter(list(answer))
    if hasattr(answer, "create_volume_snapshot") or hasattr(answer, "evict"):
        return _Proxy(answer, around)
    return answer


class Serialized:
    """Lets threads meet only between port calls, as functions of a deployment do."""

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def __call__(self, port: Any) -> Any:
        return _Proxy(port, self._around)

    def _around(self, name: str, call: Callable[[], Any]) -> Any:
        with self.lock:
            return call()


def eight_at_once(act: Callable[[], object]) -> None:
    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
