"""Namespaces of a sample report: whole, incomplete, and not saved."""

from __future__ import annotations

from datetime import datetime

from snapkeep.domain.objects.manifests import Archive, LeftOut, Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved, Summary
from snapkeep.domain.objects.view.wholeness import Lack, Missing, NamespaceStands, Wholeness


def a_namespace(
    name: str, now: datetime, *missing: Missing, secrets: tuple[str, ...] = (), gone: bool = False
) -> NamespaceStands:
    """A namespace whose 31 objects were saved."""
    run = f"myeks.nightly.{now:%Y%m%dT%H%M%SZ}"
    subject = Subject("myeks", "nightly", run, now, name, ObjectScope.NAMESPACE)
    kinds = {"configmaps": 12, "services": 7, "deployments.apps": 5, "serviceaccounts": 4, "ingresses": 2}
    left = (LeftOut("pods", "ReplicaSet makes it", 9, ("web-1-x",)),)
    summary = Summary({"namespaces": 1, **kinds}, secrets, left_out=left)
    archive = Archive(f"{run}/{name}", "v1", "ab" * 32, 4_000, 60_000)
    saved = Saved(subject, archive, now, 31, 9, len(secrets), (), summary)
    state = Wholeness.INCOMPLETE if missing else Wholeness.WHOLE
    return NamespaceStands(name, state, saved, missing, gone)


def some_namespaces(now: datetime, name: str = "shop", secret: str = "db") -> tuple[NamespaceStands, ...]:
    """One of each state."""
    lacks = (
        Missing(Lack.CLAIM, "uploads", "policy nightly takes it, but it has no ready recovery point yet"),
        Missing(Lack.SECRET, secret, "Secrets are not saved"),
    )
    return (
        NamespaceStands("batch", Wholeness.NOT_SAVED),
        a_namespace(name, now, *lacks, secrets=(secret,)),
        a_namespace("wordpress", now),
    )
