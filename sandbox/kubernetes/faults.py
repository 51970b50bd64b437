"""Deliberate faults, and request figures."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from sandbox.kubernetes import errors
from sandbox.kubernetes.requests import Request, Target, User

ACTIONS = ("429", "500", "503", "timeout", "drip", "reset", "lost_answer", "expired", "401")
"""`timeout` hangs, `drip` sends the answer byte by byte, `reset` closes the connection, `lost_answer` does
the work and then closes it, `expired` makes all continue tokens issued so far too old."""


class Disconnect(Exception):
    """Close the connection without an answer, after `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(f"close the connection after {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Fault:
    """The next `times` requests that match `verb` and `resource` (`*` matches all) get `action`."""

    action: str
    verb: str = "*"
    resource: str = "*"
    times: int = 1
    retry_after: int = 1
    seconds: float = 30.0

    def matches(self, request: Request, target: Target) -> bool:
        """Whether this fault applies to such a request; `expired` waits for a continue token."""
        if self.action == "expired" and not request.query.get("continue"):
            return False
        return self.verb in ("*", target.verb) and self.resource in ("*", target.full_resource)


class Faults:
    """The armed faults, in order; thread-safe."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()
        self.unreachable = ""

    def arm(self, fault: Fault) -> None:
        """Add a fault. Raises ApiError 400 for an action that does not exist."""
        if fault.action not in ACTIONS:
            raise errors.bad_request(f"unknown fault {fault.action!r}: use one of {', '.join(ACTIONS)}")
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Disarm everything and make the server reachable."""
        with self._lock:
            self._armed.clear()
            self.unreachable = ""

    def armed(self) -> list[Fault]:
        """The faults still to come."""
        with self._lock:
            return list(self._armed)

    def take(self, request: Request, target: Target) -> Fault | None:
        """The first armed fault that matches, counted down."""
        with self._lock:
            for place, fault in enumerate(self._armed):
                if fault.matches(request, target):
                    if fault.times <= 1:
                        del self._armed[place]
                    else:
                        self._armed[place] = replace(fault, times=fault.times - 1)
                    return fault
        return None


def strike(fault: Fault) -> None:
    """Raise the fault's error; the caller handles `expired`, `drip` and `lost_answer`."""
    if fault.action == "429":
        text = "the server has received too many requests and has asked us to try again later"
        raise errors.too_many_requests(text, fault.retry_after)
    if fault.action == "500":
        raise errors.internal("etcdserver: request timed out")
    if fault.action == "503":
        text = "the server is currently unable to handle the request"
        raise errors.ApiError(503, "ServiceUnavailable", text)
    if fault.action == "401":
        raise errors.unauthorized()
    if fault.action in ("timeout", "reset"):
        raise Disconnect(fault.seconds if fault.action == "timeout" else 0.0)


class Traffic:
    """How often each user made each request, and how lists were paged."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, int]] = Counter()
        self._pages: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def count(self, request: Request, target: Target, user: User, code: int) -> None:
        """Note one answered request."""
        with self._lock:
            self._counts[(user.name, target.verb, target.full_resource, code)] += 1
            if target.verb == "list":
                self._pages[(target.full_resource, _paging(request))] += 1

    def figures(self) -> dict[str, Any]:
        """`requests`: rows of user, verb, resource, code, count; `lists`: how many asked, by resource, for a
        `first_page`, a `next_page`, or everything at once (`whole`)."""
        with self._lock:
            rows = [
                {"user": user, "verb": verb, "resource": resource, "code": code, "count": count}
                for (user, verb, resource, code), count in sorted(self._counts.items())
            ]
            lists: dict[str, dict[str, int]] = {}
            for (resource, kind), count in sorted(self._pages.items()):
                lists.setdefault(resource, {})[kind] = count
        return {"requests": rows, "lists": lists}

    def reset(self) -> None:
        """Restart counting from zero."""
        with self._lock:
            self._counts.clear()
            self._pages.clear()


def _paging(request: Request) -> str:
    if request.query.get("continue"):
        return "next_page"
    return "first_page" if request.number("limit") else "whole"
