"""test_restore.py covers finishing as part of its stories; here is what only the finisher can meet."""

from __future__ import annotations

from snapkeep.domain.restore.operations import Stage
from tests.fakes.restore_samples import a_restore
from tests.unit.snapkeep.services.restore.test_carry_out import WHERE, Story


def test_a_programming_error_at_one_restore_is_reported_and_the_others_go_on() -> None:
    story = Story()
    story.start(a_restore(1))
    story.start(a_restore(2, target="other"))
    story.cluster.fail_next("restored_claim", KeyError("spec"))
    story.cluster.bind_restored("shop", "other")
    report = story.finish(minutes=5)
    assert report.errors == [f"{a_restore(1).id}: unexpected KeyError"]
    assert report.finished == [a_restore(2).id]


def test_a_crash_while_cleaning_up_is_taken_up() -> None:
    story = Story()
    story.start()
    story.cluster.bind_restored(*WHERE)
    story.cluster.crash_after("remove_imported_snapshot")
    try:
        story.finish(minutes=5)
    except BaseException as crash:
        assert type(crash).__name__ == "Crash"
    story.finish(minutes=5)
    assert story.leftovers == []


def test_an_import_that_somebody_flipped_stays_until_it_retains_again_and_is_told_once() -> None:
    story = Story()
    restore = story.start()
    story.cluster.bind_restored(*WHERE)
    story.cluster.flip(restore.objects)
    for _ in range(2):
        (error,) = story.finish(minutes=5).errors
        assert f"kubectl patch volumesnapshotcontent {restore.objects} " in error
    assert set(story.cluster.imported_contents) == {restore.objects}
    kept = story.journal.restores.all[restore.id]
    assert (kept.stage, kept.is_open) == (Stage.BOUND, True)
    assert sum("kubectl patch" in moment.text for moment in kept.timeline) == 1
    story.cluster.flipped_imports.clear()
    assert story.finish(minutes=5).finished == [restore.id]
    assert story.leftovers == []


def test_a_claim_whose_volume_is_not_made_rings_once_and_weekly_and_goes_on_waiting() -> None:
    story = Story()
    story.cluster.waits_for_consumer = False
    restore = story.start()
    for _ in range(3 * 24):
        story.finish(hours=1)
    ((topic, (trouble,), _),) = story.announcer.troubles
    assert (topic.about, trouble.subject) == ("finish_restores", restore.id)
    assert (
        trouble.reason == "it should be bound by now: the volume of claim shop/data-restored is being created"
    )
    story.finish(days=7)
    assert story.announcer.rung() == [restore.id] * 2
    story.cluster.bind_restored(*WHERE)
    assert story.finish(minutes=5).finished == [restore.id]


def test_a_claim_that_waits_for_its_first_pod_rings_nobody() -> None:
    story = Story()
    story.start()
    for _ in range(3 * 24):
        assert story.finish(hours=1).given_up == {}
    assert story.announcer.troubles == []
