"""What a check has looked at, in words."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.proof.checks import Check
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.sizes import about

NAMES_SHOWN = 5
"""How many names in the root to show."""


def looked_at(check: Check) -> tuple[str, ...]:
    """A line for each thing that the check looked at; none if it saw nothing."""
    return tuple(_lines(check, check.look)) if check.look else ()


def _lines(check: Check, look: Look) -> Iterator[str]:
    label = f" labelled {look.label}" if look.label else ""
    yield f"format: {look.contents}{label}, {about(look.used)} of {about(look.size)} in use"
    yield f"log: {_log(look)}"
    yield f"root: {_root(look)}"
    if look.expected:
        yield f"expected: {', '.join(f'{path} {_found(size)}' for path, size in look.expected.items())}"
    if look.errors:
        yield f"recorded by the kernel: {look.errors}"
    yield f"compared with: {check.base or 'nothing, because no earlier point is good'}"
    if look.changed is not None:
        where = f", in a sample of {about(look.sampled)}" if look.sampled else ""
        yield f"changed since then: {about(look.changed)}; {about(look.written)} were ever written{where}"
    elif check.base:
        yield "changed since then: unknown, because EBS cannot compare the two snapshots"


def _log(look: Look) -> str:
    if look.log_trouble:
        return f"not replayed, so the newest changes are not visible ({look.log_trouble})"
    if not look.transactions:
        return "clean"
    many = "1 transaction" if look.transactions == 1 else f"{look.transactions} transactions"
    return f"{many} replayed"


def _root(look: Look) -> str:
    if not look.names:
        return "empty"
    more = len(look.names) - NAMES_SHOWN
    shown = ", ".join(look.names[:NAMES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _found(size: int | None) -> str:
    if size is None:
        return "is missing"
    return f"has {about(size)}" if size else "is empty"
