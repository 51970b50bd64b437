"""Which recovery points restores need."""

from __future__ import annotations

from collections.abc import Mapping

from snapkeep.domain.efs.restore.operations import EfsStage
from snapkeep.ports.efs_restores import EfsRestores

READING = frozenset({EfsStage.ACCEPTED, EfsStage.RESTORING})
"""Afterwards the files are in the file system, and the recovery point is no longer read."""


def needed_points(restores: EfsRestores) -> Mapping[str, str]:
    """The recovery points (ARNs) that AWS Backup restores from, or soon will, with the reason to stay."""
    needed = (each for each in restores.open_efs_restores() if each.stage in READING)
    return {each.arn: f"restore {each.id} needs it" for each in needed}
