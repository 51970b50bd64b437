"""The record of what was saved from a namespace in a run: its counts, and where the archive is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.objects.manifests import Archive, Manifest, Subject


@dataclass(frozen=True, slots=True)
class Saved:
    """What the journal knows of an archive; its manifest has the names.

    `objects` were saved and `left_out` were not; `secrets` are Secrets that saved objects name. `refused` are
    kinds that the cluster did not let us list. `at` is when the last object was listed (aware UTC).
    """

    subject: Subject
    archive: Archive
    at: datetime
    objects: int
    left_out: int
    secrets: int
    refused: tuple[str, ...] = ()


def saved_of(manifest: Manifest) -> Saved:
    """The record of a manifest."""
    return Saved(
        subject=manifest.subject,
        archive=manifest.archive,
        at=manifest.ended,
        objects=manifest.count,
        left_out=sum(each.count for each in manifest.left_out),
        secrets=len(manifest.secrets),
        refused=manifest.refused,
    )
