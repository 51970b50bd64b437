"""Ports from settings: made once, when they are used, and never from a setting that is not there."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.settings import PruneSettings, Settings, SettingsError
from snapkeep.wiring import aws, clients, runtime
from snapkeep.wiring.ports import Ports
from tests.fakes.lending import VAULT
from tests.lists import check_list

ROOT = Path(__file__).parents[4]
FUNCTIONS = {kind.function: kind for kind in Settings.__subclasses__()}
IN_VAULTS = ("pull_copies", "lend_copies")
"""The functions that only a vault's deployment has."""
PRUNE = PruneSettings(journal_table="journal", event_bus="default")


@pytest.fixture(autouse=True)
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fresh function, with the environment and the deployment that Lambda gives it."""
    deployment = Deployment(clusters=(Cluster("myeks", "ap-northeast-2"),), policies=())
    monkeypatch.setattr(aws, "load_deployment", lambda: deployment)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    monkeypatch.setattr(runtime, "share_log", lambda: None)  # pytest's own log stays
    for kind in FUNCTIONS.values():
        for variable in names(kind):
            monkeypatch.delenv(variable, raising=False)
    forget()
    yield
    forget()


def forget() -> None:
    """Drop what a function keeps between invocations."""
    for made in (aws.ports, clients.session, clients.connections):
        made.cache_clear()


def names(kind: type[Settings]) -> list[str]:
    """The variables that carry the settings of a function."""
    with pytest.raises(SettingsError) as refused:
        kind.from_environment({})
    return [word.strip(",") for word in str(refused.value).split() if word.startswith("SNAPKEEP_")]


def test_there_is_every_port_on_aws() -> None:
    names = [field.name for field in fields(Ports)]

    check_list("AwsPorts", [name for name in names if hasattr(aws.AwsPorts, name)], names)


def test_settings_belong_to_a_function_each() -> None:
    assert set(FUNCTIONS) == {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}


@pytest.mark.parametrize("function", sorted(FUNCTIONS), ids=str)
def test_a_starting_function_finds_every_setting_that_its_ports_need(
    function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in names(FUNCTIONS[function]):
        monkeypatch.setenv(variable, "https://example.test/setting")
    if function in IN_VAULTS:
        monkeypatch.setattr(aws, "load_deployment", lambda: Deployment((), (), vault=VAULT))
    start(function)


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - {"handle_interruption"}), ids=str)
def test_a_function_without_its_settings_fails_while_it_starts(function: str) -> None:
    with pytest.raises(SettingsError, match="SNAPKEEP_JOURNAL_TABLE"):
        start(function)


def start(function: str) -> None:
    """Import a handler as Lambda does."""
    path = ROOT / "lambdas" / function / "handler.py"
    spec = importlib.util.spec_from_file_location(f"started_{function}", path)
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_a_port_without_its_setting_names_function_and_setting() -> None:
    with pytest.raises(SettingsError) as refused:
        _ = aws.ports(PRUNE).jobs
    assert str(refused.value) == "prune needs the setting jobs_queue_url: add it to PruneSettings"


def test_a_port_is_made_once() -> None:
    ports = aws.ports(PRUNE)
    assert ports.journal is ports.journal
    assert ports.journal.runs is ports.journal.runs
    assert ports is aws.ports(PruneSettings(journal_table="journal", event_bus="default"))
