"""What a policy says about the objects beside its points."""

from __future__ import annotations

from enum import StrEnum


class ObjectScope(StrEnum):
    """Which objects a run saves.

    `workload`: the claims, their volumes and classes, the workloads that mount them, and what those name.
    `namespace`: every kind in the namespaces of the claims, without what other objects make.
    """

    WORKLOAD = "workload"
    NAMESPACE = "namespace"


def scope_of(text: str | None) -> ObjectScope | None:
    """The scope in a JSON document; None for none. Raises ValueError for anything else."""
    return None if text is None else ObjectScope(text)
