"""try_config: a message of the API is answered with the trial, or with its size."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.try_config.handler import handle
from snapkeep.domain import tags
from snapkeep.services.report import try_config
from snapkeep.wiring import trials
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.lambdas.conftest import Context, Load


def test_a_trial_is_answered_whole(world: World, sample: Load, context: Context) -> None:
    world.cluster.claim_list.append(a_claim("mysql", namespace="wordpress"))
    answer = handle(sample("try_config/namespace"), context)
    assert (answer["cluster"], answer["namespace"]) == ("myeks", "wordpress")
    assert [(item["claim"], item["policy"]) for item in answer["taken"]] == [("mysql", "wordpress")]
    assert answer["changed"] == [{"claim": "wordpress/mysql", "before": ["daily"], "after": ["wordpress"]}]


def test_an_answer_that_does_not_fit_is_only_its_size(
    world: World, sample: Load, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MOST_BYTES", 100)
    answer = handle(sample("try_config/namespace"), context)
    assert set(answer) == {"too_large"} and answer["too_large"] > 100


def test_a_trial_without_time_says_what_it_read(
    world: World, sample: Load, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.cluster.claim_list.append(a_claim("mysql", namespace="wordpress"))
    world.back_up(SLOT)
    world.ebs.all = {
        name: replace(snapshot, tags=snapshot.tags | {tags.NAMESPACE: "wordpress"})
        for name, snapshot in world.ebs.all.items()
    }
    monkeypatch.setattr(try_config, "READING", timedelta(seconds=-1))
    answer = handle(sample("try_config/namespace"), context)
    assert set(answer) == {"took_too_long"}
    assert answer["took_too_long"].startswith("0 recovery points of cluster myeks were read")
