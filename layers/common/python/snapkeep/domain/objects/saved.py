"""The record of what was saved from a namespace in a run: its counts, and where the archive is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from snapkeep.domain.objects.kinds import UNASKED
from snapkeep.domain.objects.left_out import MAKES
from snapkeep.domain.objects.manifests import Archive, LeftOut, Manifest, SecretsFile, Subject

NAMED = 20
"""How many names of each sort a record holds, so that a hundred records are read by one call."""

REASONS, EXAMPLES = 6, 3
"""How many reasons for leaving objects out a record holds, and how many names for each."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What people are told about an archive without reading its manifest.

    `kinds` counts the saved objects by kind. `secrets` are the first Secrets that saved objects name and that
    are not saved, `makers` kinds that are not saved and whose objects make some that were left out. `unasked`
    are the first of the `unasked_count` kinds of CRDs that nobody asked for: whether the namespace has any is
    unknown. `left_out` are objects that were left out by kind and reason, those that nothing makes again
    first.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    unasked_count: int = 0
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """What the journal knows of an archive; its manifest has the names.

    `objects` were saved and `left_out` were not; `secrets` are Secrets that saved objects name and that are
    not saved, and `secrets_saved` those in `secrets_file`. `refused` are kinds that the cluster did not let
    us list. `at` is when the last object was listed (aware UTC). `summary` is None in a record of an earlier
    version.
    """

    subject: Subject
    archive: Archive
    at: datetime
    objects: int
    left_out: int
    secrets: int
    refused: tuple[str, ...] = ()
    summary: Summary | None = None
    secrets_saved: int = 0
    secrets_file: SecretsFile | None = None


def saved_of(manifest: Manifest) -> Saved:
    """The record of a manifest."""
    return Saved(
        subject=manifest.subject,
        archive=manifest.archive,
        at=manifest.ended,
        objects=manifest.count,
        left_out=sum(each.count for each in manifest.left_out),
        secrets=len(manifest.secrets_missing),
        refused=manifest.refused,
        summary=summary_of(manifest),
        secrets_saved=len(manifest.secrets_saved),
        secrets_file=manifest.secrets_file,
    )


def summary_of(manifest: Manifest) -> Summary:
    """The summary of a manifest."""
    unasked = sorted(kind for kind, why in manifest.kinds.items() if why == UNASKED)
    return Summary(
        kinds={kind: len(names) for kind, names in manifest.saved.items()},
        secrets=tuple(sorted(manifest.secrets_missing)[:NAMED]),
        makers=manifest.makers[:NAMED],
        unasked=tuple(unasked[:NAMED]),
        unasked_count=len(unasked),
        left_out=tuple(
            replace(each, names=each.names[:EXAMPLES])
            for each in sorted(manifest.left_out, key=_weight)[:REASONS]
        ),
    )


def _weight(left: LeftOut) -> tuple[bool, int]:
    return left.reason.endswith(MAKES), -left.count
