"""The record of an archive: its counts are those of the manifest."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.objects.saved import saved_of
from tests.unit.snapkeep.domain.objects.test_manifests import ARCHIVE, NOW, SUBJECT, contents


def test_a_record_counts_what_its_manifest_names() -> None:
    saved = saved_of(contents().manifest(SUBJECT, ARCHIVE, NOW, NOW + timedelta(seconds=3)))
    assert (saved.objects, saved.left_out, saved.secrets, saved.refused) == (2, 25, 1, ("jobs.batch",))
    assert (saved.subject, saved.archive, saved.at) == (SUBJECT, ARCHIVE, NOW + timedelta(seconds=3))
