"""Reading a cluster: half a listing plans nothing, and who cannot be asked takes nothing away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.wiring import retention
from tests.fakes.world import SLOT
from tests.unit.snapkeep.services.retention.prune_worlds import EVERY, a_world, gone_world, of_gone


def test_without_the_rule_prune_asks_no_cluster_for_its_claims() -> None:
    world = a_world(4)
    world.cluster.fail_next("claim_uids", AssertionError("nobody wants to know"))
    assert world.prune().notes == []


@pytest.mark.parametrize("error", [TemporaryError("no answer"), PermanentError("cannot list claims")])
def test_while_nobody_can_tell_a_claim_counts_as_there(error: Exception) -> None:
    world = gone_world()
    world.prune()
    world.wait(days=8)
    world.cluster.fail_next("claim_uids", error)
    report = world.prune()
    assert len(of_gone(world)) == 4
    assert report.notes == [
        f"after_claim_deleted and max_age wait: it is unknown which claims are gone: {error}"
    ]


@pytest.mark.parametrize("error", [TemporaryError("page 2 was lost"), PermanentError("not authorized")])
def test_a_listing_that_breaks_forbids_pruning_and_says_so(error: Exception) -> None:
    world = a_world(4)
    world.ebs.fail_next("find", error)
    assert str(error) in world.prune().refused
    assert len(world.ebs.all) == 4


def test_a_listing_that_breaks_after_some_pages_forbids_pruning_too() -> None:
    world = a_world(6)
    whole = world.ebs.find

    def broken(*arguments: Any, **named: Any) -> Any:
        yield from list(whole(*arguments, **named))[:4]
        raise TemporaryError("page 2 was lost")

    world.ebs.find = broken  # type: ignore[method-assign]
    assert "page 2 was lost" in world.prune().refused
    assert len(world.ebs.all) == 6


def test_a_lost_history_of_retentions_starts_a_grace_instead_of_deleting_what_was_spared() -> None:
    world = a_world(3)
    world.journal.retentions.write_retention_history("myeks", "nightly", ())
    world.back_up(SLOT + 3 * EVERY)
    report = world.prune()
    assert len(world.ebs.all) == 4
    assert any("grace until" in reason for _, reasons in report.keep for reason in reasons)
    world.wait(hours=73)
    world.prune()
    assert len(world.ebs.all) == 3


def test_a_lowered_retention_waits_out_its_grace() -> None:
    world = a_world(3)
    lower = replace(world.deployment, policies=(replace(world.policy, retention={"last": 2}),))
    world.pruner = retention.prune(world.deployed(lower))
    report = world.prune()
    assert any("grace until" in reason for _, reasons in report.keep for reason in reasons)
    assert len(world.ebs.all) == 3
    world.wait(hours=73)
    world.prune()
    assert len(world.ebs.all) == 2
