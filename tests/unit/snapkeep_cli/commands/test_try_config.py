"""`snapkeep try`: an edited file is compared with what is deployed, and nothing is changed."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep_cli.conftest import Command


def a_file(folder: Path, *policies: dict[str, Any], cluster: str = "myeks") -> str:
    """A config file with these policies, each nightly at 18:00 by ebs unless it says otherwise."""
    usual = {
        "name": "nightly",
        "selection": {"namespaces": ["*"]},
        "schedule": {"expression": "0 18 * * *"},
        "method": "ebs",
        "retention": {"last": 3},
    }
    file = folder / "edited.yaml"
    clusters = [{"name": cluster, "region": "ap-northeast-2"}]
    file.write_text(json.dumps({"clusters": clusters, "policies": [{**usual, **x} for x in policies]}))
    return str(file)


@pytest.fixture
def world() -> World:
    """Two claims, one of them with three daily points, all of which the deployed retention keeps."""
    world = World(a_claim("data"), policy=a_policy(retention={"last": 3}))
    for day in range(3):
        world.back_up(SLOT + timedelta(days=day))
    world.cluster.claim_list.append(a_claim("ledger", namespace="bank"))
    return world


def test_an_edit_shows_what_it_would_take_leave_and_prune(
    snapkeep: Command, world: World, tmp_path: Path
) -> None:
    before = deepcopy(world.journal.points.all), dict(world.ebs.all)
    edited = a_file(
        tmp_path,
        {"selection": {"namespaces": ["bank"]}, "retention": {"last": 1}},
        {"name": "shop", "selection": {"namespaces": ["shop"]}},
    )
    shown = snapkeep("try", edited, "--cluster", "myeks")
    assert shown.code == 0, shown.err
    rows = [line.split() for line in shown.out.splitlines()]
    assert ["bank", "ledger", "nightly", "ebs"] in [row[:4] for row in rows]
    assert ["shop", "data", "shop", "ebs", "new"] in [row[:5] for row in rows]
    assert ["shop", "data", "nightly", "no", "longer"] in rows
    assert len([row for row in rows if row[:1] and row[0].startswith("snap-")]) == 2
    assert "2 claims are taken and 0 are skipped; 1 change their policies" in shown.err
    assert before == (world.journal.points.all, world.ebs.all)


def test_a_program_gets_the_whole_answer(snapkeep: Command, tmp_path: Path) -> None:
    shown = snapkeep("try", a_file(tmp_path, {}), "-o", "json")
    trial = json.loads(shown.out)
    assert {item["claim"] for item in trial["taken"]} == {"data", "ledger"}
    assert (trial["changed"], trial["deletions"], trial["keeping"]) == ([], [], 3)


def test_one_namespace_and_one_policy_can_be_asked_for(snapkeep: Command, tmp_path: Path) -> None:
    edited = a_file(tmp_path, {}, {"name": "again", "selection": {"namespaces": ["*"]}})
    of_bank = json.loads(snapkeep("try", edited, "-n", "bank", "--policy", "again", "-o", "json").out)
    assert [(item["namespace"], item["policy"]) for item in of_bank["taken"]] == [("bank", "again")]
    assert of_bank["changed"] == [
        {"claim": "bank/ledger", "before": ["nightly"], "after": ["again", "nightly"]}
    ]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--policy", "nigtly"], 2, "no policy 'nigtly' for cluster myeks (did you mean 'nightly'?)"),
        (["--cluster", "other"], 4, "has no cluster 'other'"),
    ],
)
def test_what_the_file_does_not_have_is_refused_before_anything_is_sent(
    snapkeep: Command, tmp_path: Path, words: list[str], code: int, told: str
) -> None:
    refused = snapkeep("try", a_file(tmp_path, {}), *words)
    assert refused.code == code and told in " ".join(refused.err.split())
    assert snapkeep.transport.sent == []


def test_a_file_with_mistakes_is_refused_with_their_lines(snapkeep: Command, tmp_path: Path) -> None:
    refused = snapkeep("try", a_file(tmp_path, {"name": "Nightly"}))
    assert refused.code == 2 and "policies[0].name" in refused.err
    assert snapkeep.transport.sent == []


def test_a_cluster_that_is_not_deployed_yet_is_named(snapkeep: Command, tmp_path: Path) -> None:
    refused = snapkeep("try", a_file(tmp_path, {}, cluster="new"))
    assert refused.code == 4 and "snapkeep.yaml names no cluster new" in refused.err
