"""Recovery points that restores still read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.efs.backups import EfsClaim
from snapkeep.domain.efs.restore.operations import EfsRestore, EfsStage
from snapkeep.services.efs.pruning.needed import needed_points
from tests.fakes.journal import MemoryJournal
from tests.unit.snapkeep.services.efs.pruning.prune_world import FS, SLOT

RESTORE = EfsRestore(
    id="r-1",
    cluster="myeks",
    namespace="web",
    target="again",
    backup="b-1",
    slot=SLOT,
    arn="arn:1",
    file_system=FS,
    claim=EfsClaim("myeks", "web", "data", "uid-1", "/"),
    caller="arn:aws:iam::111122223333:user/me",
    accepted_at=SLOT,
)


@pytest.mark.parametrize(
    ("stage", "is_needed"),
    [(stage, stage in (EfsStage.ACCEPTED, EfsStage.RESTORING)) for stage in EfsStage],
)
def test_a_restore_needs_its_point_until_the_files_are_there(stage: EfsStage, is_needed: bool) -> None:
    restores = MemoryJournal().efs_restores
    restores.add_efs_restore(replace(RESTORE, stage=stage))

    assert needed_points(restores) == ({"arn:1": "restore r-1 needs it"} if is_needed else {})
