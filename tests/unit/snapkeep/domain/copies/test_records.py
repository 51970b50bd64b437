"""The steps of a copy from the intent to the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from snapkeep.domain.backup.creation import READ_SPACING
from snapkeep.domain.copies.records import ASK_AGAIN, MOST_ATTEMPTS, RETRY_AFTER, CopyRecord, CopyStage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW = CopyRecord(
    "osaka", "myeks", "data-1", "snap-0a", "ap-northeast-3", "shop", "data", "daily", "daily", AT
)


def test_a_refusal_does_not_count_as_an_attempt() -> None:
    refused = NEW.intended(AT).refused("20 copies are in progress")
    assert (refused.stage, refused.attempt, refused.intent_at) == (CopyStage.WAITING, 0, None)


def test_a_copy_is_given_up_after_the_last_attempt() -> None:
    record = NEW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        record = record.intended(AT).started("snap-0b", AT).failed("KMS", AT)
        expected = CopyStage.GIVEN_UP if attempt == MOST_ATTEMPTS else CopyStage.FAILED
        assert (record.stage, record.attempt) == (expected, attempt)


def test_what_cannot_work_later_is_given_up_at_once() -> None:
    assert NEW.intended(AT).failed("the source is gone", AT, for_good=True).stage is CopyStage.GIVEN_UP


def test_each_failed_attempt_waits_longer_than_the_one_before() -> None:
    first = NEW.intended(AT).failed("KMS", AT)
    second = first.intended(AT).failed("KMS", AT)
    assert (first.retry_at(), second.retry_at()) == (AT + RETRY_AFTER, AT + 2 * RETRY_AFTER)
    assert second.intended(AT).failed("KMS", AT).retry_at() is None
    assert NEW.retry_at() is None


def test_searches_right_after_one_another_count_once() -> None:
    record = NEW.intended(AT).not_found(AT).not_found(AT + timedelta(seconds=1))
    assert record.empty_reads == 1
    assert record.not_found(AT + READ_SPACING).empty_reads == 2


def test_a_new_attempt_forgets_the_last_one() -> None:
    again = NEW.intended(AT).not_found(AT).started("snap-0b", AT).failed("KMS", AT).intended(AT)
    assert (again.snapshot_id, again.empty_reads, again.started_at, again.ended_at) == ("", 0, None, None)


def test_what_is_asked_for_begins_anew_unless_it_is_in_progress() -> None:
    failed = NEW.intended(AT).started("snap-0b", AT).failed("KMS", AT, for_good=True)
    for record in (NEW, failed, NEW.cancelled("bob", AT)):
        asked = record.asked("ann", AT)
        assert (asked.stage, asked.attempt, asked.snapshot_id) == (CopyStage.WAITING, 0, "")
        assert (asked.asked_by, asked.asked_at, asked.cancelled_by, asked.reason) == ("ann", AT, "", "")
        assert asked.may_begin(AT)
    copying = NEW.intended(AT).started("snap-0b", AT)
    asked = copying.cancelled("bob", AT).asked("ann", AT)
    assert (asked.stage, asked.snapshot_id, asked.cancelled_by) == (CopyStage.COPYING, "snap-0b", "")


def test_a_copy_in_progress_stays_open_until_its_snapshot_is_marked_as_cancelled() -> None:
    copying = NEW.intended(AT).started("snap-0b", AT).cancelled("ann", AT)
    assert (copying.stage, copying.cancelled_by) == (CopyStage.COPYING, "ann")
    dropped = copying.dropped(AT)
    assert (dropped.stage, dropped.snapshot_id, dropped.ended_at) == (CopyStage.CANCELLED, "snap-0b", AT)
    assert not dropped.may_begin(AT + timedelta(days=365))
    assert NEW.cancelled("ann", AT).stage is CopyStage.CANCELLED


VAULT = "222233334444"
ASKED = replace(NEW, account=VAULT, revision=3).intended(AT).requested(AT)


def test_a_vault_is_due_to_be_asked_again_after_a_while() -> None:
    assert not ASKED.is_due(AT + ASK_AGAIN - timedelta(seconds=1)) and ASKED.is_due(AT + ASK_AGAIN)
    again = ASKED.requested(AT + ASK_AGAIN)
    assert (again.started_at, again.requested_at) == (AT, AT + ASK_AGAIN)


def test_what_a_vault_puts_off_waits_for_as_long_and_counts_no_attempt() -> None:
    waiting = ASKED.put_off("not today")
    assert (waiting.stage, waiting.attempt, waiting.reason) == (CopyStage.WAITING, 0, "not today")
    assert not waiting.may_begin(AT + ASK_AGAIN - timedelta(seconds=1))
    assert waiting.may_begin(AT + ASK_AGAIN)
    assert waiting.intended(AT + ASK_AGAIN).attempt == 1


def test_a_copy_in_one_account_is_none_in_another() -> None:
    ready = ASKED.ready(AT)
    assert ready.in_region(NEW.region, VAULT) == ready
    for region, account in ((NEW.region, "333344445555"), (NEW.region, ""), ("us-east-1", VAULT)):
        moved = ready.in_region(region, account)
        assert (moved.stage, moved.region, moved.account) == (CopyStage.WAITING, region, account)
        assert moved.may_begin(AT) and moved.revision == ready.revision
