"""How a claim is covered, with the reason in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.report.coverage import (
    Coverage,
    CoverageReport,
    LastGood,
    Promise,
    covered,
    keeping,
    newest,
    not_covered,
)
from tests.fakes.report_claims import left

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
GOOD = LastGood("p-1", "nightly", SLOT)
NEXT = datetime(2026, 11, 25, 18, tzinfo=UTC)


def a_promise(**changes: object) -> Promise:
    given: dict[str, object] = {
        "policy": "nightly",
        "paused": False,
        "last_good": GOOD,
        "missed": None,
        "next_run": NEXT,
    }
    return Promise(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("promise", "state", "reason"),
    [
        (
            a_promise(),
            Coverage.PROTECTED,
            "policy nightly; its last good recovery point is 18 h old",
        ),
        (
            a_promise(missed=SLOT + timedelta(hours=12)),
            Coverage.LATE,
            "its last good recovery point is 18 h old (2026-11-24 18:00 UTC); policy nightly should have "
            "taken one at 2026-11-25 06:00 UTC",
        ),
        (
            a_promise(last_good=None),
            Coverage.LATE,
            "policy nightly takes it, but it has no ready recovery point yet; policy nightly runs at "
            "2026-11-25 18:00 UTC",
        ),
        (
            a_promise(paused=True),
            Coverage.UNPROTECTED,
            "paused: policy nightly takes it but its schedule is disabled; its last good recovery point is "
            "of 2026-11-24 18:00 UTC",
        ),
    ],
)
def test_what_a_policy_promises_decides(promise: Promise, state: Coverage, reason: str) -> None:
    good = [promise.last_good] if promise.last_good else []
    found = covered("shop", "data", [promise], good, NOW)
    assert (found.state, found.reason, found.policy) == (state, reason, "nightly")


def test_the_worst_policy_that_runs_decides() -> None:
    weekly = a_promise(policy="weekly", missed=SLOT)
    paused = a_promise(policy="paused", paused=True, last_good=None)
    found = covered("shop", "data", [a_promise(), weekly, paused], [GOOD], NOW)
    assert (found.state, found.policy) == (Coverage.LATE, "weekly")


def test_what_no_policy_takes_says_why_and_what_is_left_of_earlier_ones() -> None:
    found = not_covered(left("shop", "data", Code.NO_POLICY, "no policy takes it"), [GOOD])
    assert found.state is Coverage.UNPROTECTED
    assert found.reason == ("no policy takes it; its last good recovery point is of 2026-11-24 18:00 UTC")
    assert newest([]) is None


def test_the_newest_point_is_the_last_good_one_under_whatever_policy_it_was_taken() -> None:
    on_demand = LastGood("p-2", "on-demand", NOW - timedelta(minutes=12))
    weekly = LastGood("p-3", "weekly", SLOT + timedelta(hours=1))
    assert keeping("nightly", [GOOD, weekly]) == GOOD
    assert keeping("nightly", [GOOD, on_demand, weekly]) == on_demand
    found = covered("shop", "data", [a_promise(last_good=on_demand)], [GOOD, on_demand, weekly], NOW)
    assert (found.state, found.last_good) == (Coverage.PROTECTED, on_demand)
    assert found.reason == "policy nightly; its last good recovery point (policy on-demand) is 12 min old"


def test_another_policys_point_is_told_but_keeps_no_promise() -> None:
    weekly = LastGood("p-3", "weekly", SLOT)
    found = covered("shop", "data", [a_promise(last_good=None)], [weekly], NOW)
    assert (found.state, found.last_good) == (Coverage.LATE, weekly)
    assert found.reason == (
        "policy nightly takes it, but has no ready recovery point of it yet; policy nightly runs at "
        "2026-11-25 18:00 UTC; its last good recovery point is of 2026-11-24 18:00 UTC"
    )


PROMISES = st.lists(
    st.builds(
        a_promise,
        policy=st.sampled_from(["a", "b", "c"]),
        paused=st.booleans(),
        last_good=st.sampled_from([None, GOOD]),
        missed=st.sampled_from([None, SLOT + timedelta(hours=1)]),
    ),
    min_size=1,
)


@given(PROMISES)
def test_a_claim_is_protected_only_if_every_running_policy_kept_its_promise(promises: list[Promise]) -> None:
    running = [promise for promise in promises if not promise.paused]
    kept = [promise.last_good is not None and promise.missed is None for promise in running]
    state = covered("shop", "data", promises, [GOOD], NOW).state
    assert (state is Coverage.PROTECTED) == (bool(kept) and all(kept))
    assert (state is Coverage.UNPROTECTED) == (not running)


def test_a_report_counts_by_state() -> None:
    claims = (
        covered("shop", "data", [a_promise()], [GOOD], NOW),
        not_covered(left("shop", "tmp", Code.LOST, "lost")),
    )
    report = CoverageReport("myeks", NOW, claims)
    assert [report.count(state) for state in Coverage] == [1, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (Code.EXCLUDED, Coverage.EXCLUDED),
        (Code.EFS, Coverage.UNPROTECTABLE),
        (Code.SCRATCH, Coverage.UNPROTECTABLE),
        (Code.PENDING, Coverage.UNPROTECTABLE),
        (Code.LOST, Coverage.UNPROTECTED),
        (Code.NO_POLICY, Coverage.UNPROTECTED),
        (Code.UNKNOWN_POLICY, Coverage.UNPROTECTED),
    ],
)
def test_only_what_a_policy_could_protect_is_unprotected(code: Code, state: Coverage) -> None:
    found = not_covered(left("shop", "data", code, "so it is"))
    assert (found.state, found.reason) == (state, "so it is")
    assert found.state.is_wanting == (state is Coverage.UNPROTECTED)


@pytest.mark.parametrize(
    ("now", "state", "reason"),
    [
        (NOW, Coverage.EXCLUDED, "accepted until 2026-11-25: rebuilt from S3 (no policy takes it)"),
        (
            NOW + timedelta(hours=12),
            Coverage.UNPROTECTED,
            "no policy takes it; the config accepted that until 2026-11-25 (rebuilt from S3)",
        ),
    ],
)
def test_what_the_config_accepts_is_excluded_until_that_ends(
    now: datetime, state: Coverage, reason: str
) -> None:
    accepted = Acceptance("shop", "rebuilt from S3", until="2026-11-25")
    skipped = left("shop", "data", Code.NO_POLICY, "no policy takes it")
    found = not_covered(skipped, acceptance=accepted, now=now)
    assert (found.state, found.reason) == (state, reason)


def test_the_owners_own_word_comes_before_the_configs() -> None:
    skipped = left("shop", "data", Code.EXCLUDED, "its label says so")
    assert not_covered(skipped, acceptance=Acceptance("*", "all"), now=NOW).reason == "its label says so"
