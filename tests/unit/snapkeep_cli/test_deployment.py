"""Outside of a clone: what needs `snapkeep.yaml` says where it looked, and the rest asks the API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from snapkeep_cli.cluster.manifests import cluster_manifests
from tests.unit.snapkeep_cli.conftest import Command


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", ["plan", "validate"])
def test_what_needs_the_file_says_where_it_looked(snapkeep: Command, elsewhere: Path, command: str) -> None:
    ended = snapkeep(command)
    assert (ended.code, ended.out) == (2, "")
    assert f"error[no_config]: there is no snapkeep.yaml in {elsewhere}" in ended.err
    assert "fix: run this where it is, or give its path" in ended.err


def test_manifests_are_those_of_the_cluster_that_the_api_knows(snapkeep: Command, elsewhere: Path) -> None:
    ended = snapkeep("manifests")
    assert ended.code == 0
    assert f"there is no snapkeep.yaml in {elsewhere}: asking the API" in ended.err
    assert list(yaml.safe_load_all(ended.out)) == cluster_manifests("myeks")


def test_a_cluster_that_the_api_does_not_know_is_refused_with_those_it_knows(snapkeep: Command) -> None:
    ended = snapkeep("manifests", "--cluster", "myesk")
    assert (ended.code, ended.out) == (4, "")
    assert "error[unknown_cluster]: the API has no cluster 'myesk' (did you mean 'myeks'?)" in ended.err


def test_the_regions_to_protect_are_those_of_the_api(snapkeep: Command) -> None:
    words = ("--account", "111122223333", "--deployer", "deploy", "--part", "backups")
    ended = snapkeep("policies", "protect", *words)
    assert ended.code == 0, ended.err
    assert "ap-northeast-2" in json.dumps(json.loads(ended.out))


def test_a_file_that_is_named_is_not_replaced_by_the_api(snapkeep: Command, elsewhere: Path) -> None:
    ended = snapkeep("manifests", "--config", "other.yaml")
    assert ended.code == 2
    assert f"there is no other.yaml in {elsewhere}" in ended.err
    assert snapkeep.transport.sent == []


def test_a_file_here_is_preferred_to_the_api(snapkeep: Command, elsewhere: Path) -> None:
    example = Path(__file__).parents[3] / "snapkeep.yaml"
    (elsewhere / "snapkeep.yaml").write_text(example.read_text())
    assert snapkeep("manifests").code == 0
    assert snapkeep.transport.sent == []
