"""Faults that a test plans for a fake's next calls."""

from __future__ import annotations

from collections.abc import Callable

from snapkeep.domain.errors import TemporaryError


class Crash(BaseException):
    """The function dies here: no service can catch it."""


class Faults:
    """Mixin: `fail_next` refuses calls before they do anything, `lose_answer` after they did it."""

    def __init__(self, shared: Faults | None = None) -> None:
        """`shared`: another fake whose planned faults also apply here."""
        self._before_errors: dict[str, list[BaseException]] = shared._before_errors if shared else {}
        self._after_errors: dict[str, list[BaseException]] = shared._after_errors if shared else {}
        self._meanwhile: dict[str, list[Callable[[], object]]] = shared._meanwhile if shared else {}

    def meanwhile(self, method: str, action: Callable[[], object]) -> None:
        """Let somebody else act just before the next call of `method`."""
        self._meanwhile.setdefault(method, []).append(action)

    def fail_next(self, method: str, *errors: BaseException) -> None:
        """The next calls of `method` raise these errors, one each, and change nothing."""
        self._before_errors.setdefault(method, []).extend(errors)

    def lose_answer(self, method: str, times: int = 1) -> None:
        """The next calls of `method` succeed, but their answer never arrives (TemporaryError)."""
        lost = TemporaryError(f"{method}: the connection was closed before the answer arrived")
        self._after_errors.setdefault(method, []).extend([lost] * times)

    def crash_after(self, method: str) -> None:
        """The function dies (`Crash`) right after the next call of `method` takes effect."""
        self._after_errors.setdefault(method, []).append(Crash(method))

    def forget_faults(self) -> None:
        """Cancel the faults that did not happen."""
        for planned in (self._before_errors, self._after_errors, self._meanwhile):
            planned.clear()

    def _before(self, method: str) -> None:
        if self._meanwhile.get(method):
            self._meanwhile[method].pop(0)()
        if self._before_errors.get(method):
            raise self._before_errors[method].pop(0)

    def _after(self, method: str) -> None:
        if self._after_errors.get(method):
            raise self._after_errors[method].pop(0)
