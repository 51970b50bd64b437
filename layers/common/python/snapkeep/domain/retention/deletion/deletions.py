"""Deletions as the journal knows them: one recovery point on its way out, step by step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.errors import PermanentError

RETAIN = "Retain"
"""The deletionPolicy of a content whose deletion leaves the EBS snapshot alone."""


class DeletionStep(StrEnum):
    """How far a deletion got. Every step may be done again."""

    INTENDED = "intended"
    OBJECTS_GONE = "objects_gone"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Deletion:
    """A snapshot that a plan deletes, why, since when (aware UTC), and how far that got."""

    snapshot_id: str
    cluster: str
    reason: str
    planned_at: datetime
    step: DeletionStep = DeletionStep.INTENDED


@dataclass(frozen=True, slots=True)
class LastPrune:
    """The last prune of a cluster whose plan was let through.

    `pending` are the snapshots that were not ready then: they count as new once they are.
    """

    cluster: str
    at: datetime
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Announced:
    """What the world was told of a cluster: why its retention is frozen ("" while it is not), and its
    policies that the config does not name any more.
    """

    cluster: str
    frozen: str = ""
    orphaned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PruneLease:
    """Who may prune a cluster now, and until when (aware UTC)."""

    cluster: str
    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SnapshotContent:
    """A VolumeSnapshotContent: the snapshot it names, the VolumeSnapshot it belongs to, its policy."""

    name: str
    snapshot_id: str
    deletion_policy: str
    namespace: str = ""
    volume_snapshot: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A snapshot object that is still there although its deletion was asked for, and what holds it.

    Kubernetes removes an object only once its list of finalizers is empty.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
    """

    kind: str
    name: str
    finalizers: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.finalizers:
            return f"{self.kind} {self.name} is still there although its deletion was asked for"
        return f"{self.kind} {self.name} is still there, held by its finalizers {', '.join(self.finalizers)}"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of a VolumeSnapshot that is not wanted any more.

    `snapshot_id` is the snapshot that its content names, cut at `cut_at` (aware UTC, None when the content
    does not say): then nothing was deleted. Without one, `left` is what is still there of the two; once that
    is empty no driver can cut a snapshot for it.
    """

    snapshot_id: str = ""
    left: tuple[Leftover, ...] = ()
    cut_at: datetime | None = None


def refuse_unless_retained(content: str, policy: str, snapshot_id: str, what: str) -> None:
    """Raise PermanentError unless a content with this deletionPolicy keeps the EBS snapshot that it names.

    `what` is to be deleted. The text says how to set the policy back.
    https://kubernetes.io/docs/concepts/storage/volume-snapshots/#deletion-policy
    """
    if policy == RETAIN:
        return
    lost = f"EBS snapshot {snapshot_id}" if snapshot_id else "the EBS snapshot that is cut for it"
    raise PermanentError(
        f"VolumeSnapshotContent {content} has deletionPolicy {policy!r}, not {RETAIN}: deleting {what} would "
        f"delete {lost}, too. Set it back with `{retain_command(content)}`; the deletion is tried again then"
    )


def retain_command(content: str) -> str:
    """The command with which a person sets the deletionPolicy of a content back to Retain."""
    patch = json.dumps({"spec": {"deletionPolicy": RETAIN}}, separators=(",", ":"))
    return f"kubectl patch volumesnapshotcontent {content} --type merge -p '{patch}'"
