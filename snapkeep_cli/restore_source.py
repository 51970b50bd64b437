"""Reads from its arguments what `snapkeep restore` should restore; each mistake gets a sentence that
helps.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep_cli.moments import end_of
from snapkeep_cli.output import fail

LISTED = "`snapkeep get points` lists recovery points"


@dataclass(frozen=True, slots=True)
class Source:
    """The claim to restore ("" if a point is given), as of when, and the namespaces. Empty means default."""

    into: str
    claim: str = ""
    at: str = ""
    from_namespace: str = ""


def read_source(point: str, claim: str, at: str, target: str, namespace: str, from_namespace: str) -> Source:
    """What the arguments mean together; ends the command if they contradict each other."""
    if "/" in target:
        raise fail("usage", f"--as {target} is not a name", "give the namespace with -n, the name with --as")
    if point and claim:
        raise fail(
            "usage",
            f"recovery point {point} and --claim {claim} are both given",
            "leave out --claim to restore this point, or the point to restore the claim's newest",
        )
    if not point and not claim:
        raise fail("usage", "nothing to restore", f"give a recovery point, or --claim; {LISTED}")
    return (
        _of_point(point, at, target, namespace, from_namespace)
        if point
        else _of_claim(claim, at, namespace, from_namespace)
    )


def _of_point(point: str, at: str, target: str, namespace: str, from_namespace: str) -> Source:
    if "/" in point:
        raise fail("usage", f"{point} is a claim, not a recovery point", f"give --claim {point}")
    if at:
        raise fail("usage", "--at goes with --claim: a recovery point has its own time", "leave out --at")
    if not namespace:
        raise fail("usage", "which namespace should it be restored into?", "give -n NAMESPACE")
    if not target:
        raise fail("usage", "which claim should be created?", "give its name with --as")
    return Source(namespace, from_namespace=from_namespace)


def _of_claim(claim: str, at: str, namespace: str, from_namespace: str) -> Source:
    before, _, name = claim.rpartition("/")
    if before and from_namespace and before != from_namespace:
        raise fail(
            "usage",
            f"--claim {claim} is in namespace {before}, but --from-namespace says {from_namespace}",
            "give one of them",
        )
    origin, into = before or from_namespace, namespace or before
    if not into:
        raise fail("usage", f"which namespace is {name} in?", "give -n NAMESPACE, or --claim NAMESPACE/NAME")
    moment = "" if at == "latest" else end_of(at, "--at")
    return Source(into, name, moment, "" if origin == into else origin)
