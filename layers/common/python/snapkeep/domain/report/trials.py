"""A trial: what other policies would take, skip and prune in a cluster now, if they were deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snapkeep.domain.backup.runs import Skipped
from snapkeep.domain.policies import Deployment, Method


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """Policies, those of `deployment`, to try in a cluster.

    A trial of one namespace reads and shows nothing of others; `only` names the policies to show, by default
    all.
    """

    cluster: str
    deployment: Deployment
    namespace: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriedClaim:
    """A claim that a policy would take, and why; `blocked` says why its point would fail nevertheless."""

    namespace: str
    claim: str
    policy: str
    method: Method
    reason: str
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """A claim whose policies would change: the names of those that take it now, and of those that would."""

    claim: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriedDeletion:
    """A point that the new retention does not keep; `at_once` says that no grace period spares it.

    `stays` says why prune would keep it nevertheless: a lock, a hold, the brake; "" if it would go.
    """

    snapshot_id: str
    claim: str
    policy: str
    reason: str
    at_once: bool
    stays: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """The result, complete. `left` is what no policy takes, and `keeping` counts the points that the new
    retention keeps.
    """

    cluster: str
    namespace: str
    taken: tuple[TriedClaim, ...] = ()
    left: tuple[Skipped, ...] = ()
    changed: tuple[ChangedClaim, ...] = ()
    deletions: tuple[TriedDeletion, ...] = ()
    keeping: int = 0
    notes: tuple[str, ...] = ()


def trial_from_document(document: Mapping[str, Any]) -> Trial:
    """The trial in a JSON document. Raises KeyError, TypeError or ValueError if the document is not one."""
    return Trial(
        cluster=str(document["cluster"]),
        namespace=str(document["namespace"]),
        taken=tuple(TriedClaim(**{**item, "method": Method(item["method"])}) for item in document["taken"]),
        left=tuple(Skipped(**item) for item in document["left"]),
        changed=tuple(
            ChangedClaim(item["claim"], tuple(item["before"]), tuple(item["after"]))
            for item in document["changed"]
        ),
        deletions=tuple(TriedDeletion(**item) for item in document["deletions"]),
        keeping=int(document["keeping"]),
        notes=tuple(document["notes"]),
    )
