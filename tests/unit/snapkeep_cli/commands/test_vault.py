"""The commands against a vault: the same ones, without a cluster."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from snapkeep.domain.copies.places import KnownPlace
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep_cli.commands import report
from tests.fakes.vault_copies import PROD, STAGE, VaultWorld
from tests.unit.snapkeep_cli.conftest import Command, connected


@pytest.fixture
def vault() -> VaultWorld:
    world = VaultWorld()
    world.nights(4, PROD, STAGE)
    return world


@pytest.fixture
def snapkeep(vault: VaultWorld, monkeypatch: pytest.MonkeyPatch) -> Command:
    return connected(cast(Any, vault), monkeypatch)


def test_status_shows_every_source_on_one_screen(snapkeep: Command) -> None:
    shown = snapkeep("status").out
    assert "vault in ap-northeast-2" in shown and "no source needs attention" in shown
    row = next(line for line in shown.splitlines() if line.startswith("prod"))
    assert row.split()[:6] == ["prod", "111122223333", "myeks", "1", "4", "2026-06-05T02:40:10Z"]
    assert json.loads(snapkeep("status", "-o", "json").out)["sources"][1]["source"] == "stage"


def test_status_says_what_needs_attention_and_no_character_of_a_source_moves_the_cursor(
    snapkeep: Command, vault: VaultWorld
) -> None:
    trouble = Trouble("prod", "prod asks\x1b[2J\u202e for nothing", vault.clock())
    topic = Topic(TroubleKind.SOURCE_SILENT, "", "prod")
    vault.journal.troubles.write_troubles(topic, {"prod": trouble}, vault.clock())
    shown = snapkeep("status").out
    assert "1 source needs attention" in shown and "source silent: prod asks" in shown
    assert "\x1b" not in shown and "\u202e" not in shown


def test_status_names_sources_that_left_the_config(snapkeep: Command, vault: VaultWorld) -> None:
    now = vault.clock()
    vault.journal.copies.write_place(KnownPlace("old", "ap-northeast-2", now, now, copies=7))
    topic = Topic(TroubleKind.COPIES_LEFT, "", "old")
    vault.journal.troubles.write_troubles(topic, {"old": Trouble("old", "copies of old: 7", now)}, now)
    assert "note: copies of old: 7" in snapkeep("status").out


def test_copies_of_all_sources_or_one_are_listed(snapkeep: Command) -> None:
    assert len(snapkeep("get", "copies").out.splitlines()) == 1 + 8
    assert len(snapkeep("get", "copies", "--place", "stage").out.splitlines()) == 1 + 4
    assert len(snapkeep("get", "copies", "--cluster", "myeks", "-n", "wordpress").out.splitlines()) == 1 + 8
    assert snapkeep("get", "copies", "-n", "shop").err.strip() == "no copies"


def test_prune_plans_and_carries_out_for_one_source(snapkeep: Command) -> None:
    planned = snapkeep("prune", "--place", "prod")
    assert "prune would delete 0 copies in prod of cluster myeks; 4 stay" in planned.err
    assert "it is in progress" in snapkeep("prune", "--place", "prod", "--now").err


def test_prune_asks_which_source_is_meant(snapkeep: Command) -> None:
    asked = snapkeep("prune")
    assert asked.code == 2 and "--cluster myeks --place prod" in asked.err
    assert "its sources are prod, stage" in snapkeep("prune", "--place", "moon").err


def test_what_the_brake_refused_is_confirmed_by_its_token(snapkeep: Command, vault: VaultWorld) -> None:
    vault.nights(10)
    vault.vault = replace(vault.vault, sources=(replace(PROD, retention={"daily": 1}), STAGE))
    vault.build()
    vault.prune()
    vault.clock.forward(hours=80)
    vault.prune()
    refused = snapkeep("prune", "--place", "prod").err
    token = refused.rsplit("--confirm ", 1)[1].split()[0]
    assert "the brake refused" in refused and f"--cluster myeks --place prod --confirm {token}" in refused
    assert snapkeep("prune", "--place", "prod", "--confirm", token).code == 0
    assert len(vault.there()) < 5


def test_the_page_is_fetched(
    snapkeep: Command, vault: VaultWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vault.reporter.run()
    links = {"https://reports.example.test/vault.html": b"page"}
    monkeypatch.setattr(report, "fetch", links.__getitem__)
    ended = snapkeep("report", "-o", str(tmp_path))
    assert (tmp_path / "snapkeep-vault.html").read_bytes() == b"page"
    assert "the report of vault as of" in ended.err


@pytest.mark.parametrize(
    "words",
    ["coverage", "get points", "restore data -n shop --as again", "backup data", "describe claim shop/data"],
)
def test_commands_that_need_a_cluster_say_what_a_vault_has_instead(snapkeep: Command, words: str) -> None:
    ended = snapkeep(*words.split())
    assert ended.code == 2
    assert "this is a vault: it has copies of prod, stage, and no clusters of its own" in ended.err


@pytest.mark.parametrize(
    "words",
    ["status", "watch", "report", "coverage", "get points", "get restores", "describe claim shop/data"],
)
def test_naming_a_cluster_of_a_source_makes_it_none_of_the_vault(snapkeep: Command, words: str) -> None:
    ended = snapkeep(*words.split(), "--cluster", "myeks")
    assert ended.code == 4
    assert "this is a vault: it has copies of prod, stage, and no clusters of its own" in ended.err
    assert "the clusters are" not in ended.err


def test_prune_of_a_cluster_alone_asks_for_the_source(snapkeep: Command) -> None:
    ended = snapkeep("prune", "--cluster", "myeks")
    assert ended.code == 4 and "none is named; it has myeks of prod, myeks of stage" in ended.err
