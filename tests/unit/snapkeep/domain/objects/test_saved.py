"""The record of an archive: its counts are those of the manifest."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.objects.kinds import UNASKED
from snapkeep.domain.objects.manifests import LeftOut
from snapkeep.domain.objects.saved import NAMED, saved_of
from tests.unit.snapkeep.domain.objects.test_manifests import ARCHIVE, NOW, SUBJECT, contents


def test_a_record_counts_what_its_manifest_names() -> None:
    saved = saved_of(contents().manifest(SUBJECT, ARCHIVE, NOW, NOW + timedelta(seconds=3)))
    assert (saved.objects, saved.left_out, saved.secrets, saved.refused) == (2, 25, 1, ("jobs.batch",))
    assert (saved.subject, saved.archive, saved.at) == (SUBJECT, ARCHIVE, NOW + timedelta(seconds=3))


def test_a_record_has_a_summary_of_what_people_ask_for() -> None:
    found = contents()
    found.kinds |= {f"kind{number:02}.example.com": UNASKED for number in range(NAMED + 5)}
    found.leave_out("statefulsets.apps", {"metadata": {"name": "db"}}, "postgresql makes it", "postgresqls.x")
    summary = saved_of(found.manifest(SUBJECT, ARCHIVE, NOW, NOW)).summary
    assert summary is not None
    assert summary.kinds == {"pods": 1, "configmaps": 1}
    assert (summary.secrets, summary.makers) == (("db",), ("postgresqls.x",))
    assert (len(summary.unasked), summary.unasked_count) == (NAMED, NAMED + 5)


def test_a_record_names_first_what_nothing_makes_again() -> None:
    found = contents()
    for number in range(5):
        found.leave_out("configmaps", {"metadata": {"name": f"c-{number}"}}, "its label excludes it")
    summary = saved_of(found.manifest(SUBJECT, ARCHIVE, NOW, NOW)).summary
    assert summary is not None
    assert summary.left_out == (
        LeftOut("configmaps", "its label excludes it", 5, ("c-0", "c-1", "c-2")),
        LeftOut("replicasets.apps", "Deployment makes it", 25, ("rs-0", "rs-1", "rs-2")),
    )
