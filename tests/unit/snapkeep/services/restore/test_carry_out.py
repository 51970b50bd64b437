"""Making what a restore needs, with every crash and every trouble in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import NameTaken, PermanentError, TemporaryError
from snapkeep.domain.restore.operations import HOLD_FOR, Stage, Way
from snapkeep.services.restore.finish import FinishReport
from tests.fakes import Crash
from tests.fakes.restore_samples import NOW, a_restore
from tests.unit.snapkeep.services.restore.restore_story import STEPS, WHERE, Story


def test_an_import_makes_its_pair_and_claim_and_holds_the_point() -> None:
    story = Story()
    restore = story.start()
    assert restore.stage is Stage.CREATED
    assert story.cluster.imported_contents == {restore.objects: restore.id}
    assert story.cluster.restored[WHERE].operation == restore.id
    assert story.holds.held[restore.snapshot_id] == {restore.holder: NOW + HOLD_FOR}


def test_from_its_own_namespace_nothing_is_imported() -> None:
    story = Story()
    story.start(a_restore(way=Way.SAME_NAMESPACE, volume_snapshot="data-20261124t120000z-0123456789"))
    assert story.cluster.imported_contents == {}
    assert WHERE in story.cluster.restored


@pytest.mark.parametrize(("where", "method"), STEPS)
def test_a_crash_after_any_step_is_taken_up_and_ends_as_without_it(where: str, method: str) -> None:
    story = Story()
    story.fake(where).crash_after(method)
    with pytest.raises(Crash):
        story.start()
    story.finish(minutes=5)
    assert story.journal.restores.all[a_restore().id].stage is Stage.CREATED
    assert story.cluster.restored[WHERE].operation == a_restore().id
    story.cluster.bind_restored(*WHERE)
    story.finish(minutes=5)
    assert story.leftovers == []
    assert not story.journal.restores.all[a_restore().id].is_open


@pytest.mark.parametrize(("where", "method"), STEPS[1:])
def test_trouble_that_passes_leaves_it_accepted_and_it_goes_on(where: str, method: str) -> None:
    story = Story()
    story.fake(where).fail_next(method, TemporaryError("not now"))
    assert story.start().stage is Stage.ACCEPTED
    assert story.finish(minutes=5).made == [a_restore().id]


def test_the_api_is_given_time_before_somebody_else_goes_on() -> None:
    story = Story()
    story.cluster.fail_next("import_snapshot", TemporaryError("not now"))
    story.start()
    assert story.finish(seconds=59) == FinishReport()


def test_a_name_that_was_taken_meanwhile_fails_it_and_leaves_nothing_of_ours() -> None:
    story = Story()
    story.cluster.put_foreign_claim(*WHERE)
    restore = story.start()
    assert restore.stage is Stage.FAILED
    assert "exists" in restore.reason
    assert story.leftovers == []
    assert story.cluster.restored[WHERE].operation == ""


def test_of_two_restores_to_one_name_the_second_fails_and_the_first_stays() -> None:
    story = Story()
    story.start(a_restore(1))
    assert story.start(a_restore(2)).stage is Stage.FAILED
    assert story.cluster.restored[WHERE].operation == a_restore(1).id
    assert list(story.cluster.imported_contents) == [a_restore(1).objects]
    assert list(story.holds.held[a_restore().snapshot_id]) == [a_restore(1).holder]


def test_a_point_that_went_before_it_was_held_fails_the_restore() -> None:
    story = Story()
    story.holds.gone.add(a_restore().snapshot_id)
    assert story.start().stage is Stage.FAILED
    assert story.cluster.restored == {}


def test_what_could_not_be_cleaned_up_is_cleaned_up_later() -> None:
    story = Story()
    story.cluster.fail_next("create_restored_claim", NameTaken("taken"))
    story.cluster.fail_next("remove_imported_snapshot", TemporaryError("not now"))
    assert story.start().stage is Stage.FAILED
    assert story.leftovers
    story.finish(minutes=5)
    assert story.leftovers == []


def test_a_restore_asked_for_twice_is_made_once() -> None:
    story = Story()
    first = story.start()
    assert story.start() == first


def test_a_claim_that_waits_for_its_pod_renews_the_hold() -> None:
    story = Story()
    restore = story.start()
    for _ in range(5):
        assert story.finish(hours=11).waiting == [restore.id]
        held = story.holds.held[restore.snapshot_id][restore.holder]
        assert held - story.clock() >= timedelta(hours=12)
    assert story.cluster.imported_contents


def test_a_bound_claim_needs_its_import_and_hold_no_more() -> None:
    story = Story()
    restore = story.start()
    story.cluster.bind_restored(*WHERE)
    assert story.finish(minutes=5).finished == [restore.id]
    assert story.leftovers == []
    assert story.journal.restores.all[restore.id].stage is Stage.BOUND
    assert story.cluster.restored[WHERE].phase == "Bound"
    assert story.finish(minutes=5) == FinishReport()


def test_a_claim_deleted_by_hand_ends_the_restore() -> None:
    story = Story()
    restore = story.start()
    del story.cluster.restored[WHERE]
    story.finish(minutes=5)
    assert story.journal.restores.all[restore.id].stage is Stage.REMOVED
    assert story.leftovers == []


def test_a_deleted_import_is_made_again_under_another_name_however_old_the_restore_is() -> None:
    story = Story()
    restore = story.start()
    story.finish(hours=30)
    del story.cluster.imported_snapshots["shop", restore.objects]
    story.finish(minutes=5)
    story.finish(minutes=5)
    again = story.journal.restores.all[restore.id]
    assert (again.stage, again.imports) == (Stage.CREATED, 1)
    assert story.cluster.sources[WHERE] == again.objects != restore.objects
    story.cluster.bind_restored(*WHERE)
    story.finish(minutes=5)
    assert story.leftovers == []


def test_a_restore_whose_imports_somebody_keeps_deleting_fails_and_leaves_nothing() -> None:
    story = Story()
    restore = story.start()
    for _ in range(15):
        story.cluster.imported_snapshots.clear()
        story.finish(minutes=5)
    failed = story.journal.restores.all[restore.id]
    assert failed.stage is Stage.FAILED
    assert "was deleted while the claim waited for it, the last of 5 imports" in failed.reason
    assert story.leftovers == []
    assert WHERE not in story.cluster.restored


def test_a_cluster_that_is_gone_ends_its_restores_and_holds() -> None:
    story = Story()
    restore = story.start()
    del story.clusters.clusters["myeks"]
    story.finish(minutes=5)
    assert story.holds.held[restore.snapshot_id] == {}
    assert not story.journal.restores.all[restore.id].is_open


def test_after_an_hour_of_trouble_it_gives_up_and_says_so() -> None:
    story = Story()
    story.cluster.fail_next("import_snapshot", TemporaryError("not now"))
    story.start()
    story.clusters.unreachable.add("myeks")
    assert story.finish(minutes=61).failed == [a_restore().id]
    failed = story.journal.restores.all[a_restore().id]
    assert failed.reason == "its claim could not be created within 60 minutes; the log says why"
    assert failed.is_open  # until the cluster answers again, and nothing of it is left


def test_a_hold_that_cannot_be_renewed_is_told_and_the_claim_is_looked_at_all_the_same() -> None:
    story = Story()
    restore = story.start()
    story.cluster.bind_restored(*WHERE)
    story.holds.gone.add(restore.snapshot_id)
    report = story.finish(hours=13)
    assert report.finished == [restore.id]
    assert len(report.errors) == 1 and "its hold could not be renewed" in report.errors[0]


def test_trouble_with_one_restore_does_not_stop_the_next() -> None:
    story = Story()
    story.start(a_restore(1))
    story.start(a_restore(2, target="other"))
    story.cluster.bind_restored("shop", "other")
    story.cluster.fail_next("restored_claim", PermanentError("not allowed"))
    report = story.finish(minutes=5)
    assert report.errors == [f"{a_restore(1).id}: not allowed"]
    assert report.finished == [a_restore(2).id]
