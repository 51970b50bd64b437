"""What `snapkeep validate` says of a vault and to its sources, and which commands refuse its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.policies import Cluster, Deployment, Method, Policy, Schedule
from snapkeep_cli.config import load
from snapkeep_cli.main import app
from snapkeep_cli.vaults import asks_in_words, vault_in_words

FILE = Path(__file__).parents[3] / "docs" / "vault.yaml"
PLACE = Place("vault", "ap-northeast-2", "", account="222233334444")


def a_policy(*clusters: str, to: str = "vault") -> Policy:
    return Policy(
        name="wordpress",
        clusters=clusters,
        method=Method.EBS,
        schedule=Schedule("rate(1 day)"),
        retention={"last": 28},
        copies=(CopyRule(to, {"last": 1}),),
    )


def a_source(*policies: Policy) -> Deployment:
    clusters = tuple(Cluster(name, "eu-west-1") for name in ("a", "b", "c"))
    return Deployment(clusters, policies, places=(PLACE,))


def test_a_vault_is_told_with_its_sources_and_what_stays() -> None:
    vault = load(FILE).vault
    assert vault is not None
    assert list(vault_in_words(vault)) == [
        f"vault: ap-northeast-2 of account 222233334444, under {vault.kms_key}",
        "loans: to 333344445555",
        "source prod: myeks of snapkeep in 111122223333/ap-northeast-2",
        "  keep daily 14, weekly 8, monthly 12 (Asia/Seoul), in each period the first copy; at most 500 a "
        "day",
        "  every copy is locked for 14 days (governance): anyone with ec2:UnlockSnapshot can lift it",
    ]
    open_source = replace(vault.sources[0], lock=None)
    told = list(vault_in_words(replace(vault, lend_to=(), sources=(open_source,))))
    assert told[1] == "loans: none; lend_to names no account"
    assert told[-1] == "  note: its copies are not locked: any admin of the vault can delete them"


def test_a_source_is_told_what_the_vaults_file_must_say_of_it() -> None:
    deployment = a_source(a_policy("a"), a_policy("c"), a_policy("b", to="osaka"))
    first, *block = asks_in_words(PLACE, deployment, "backups")
    assert first == "vault copies nothing until the vault's file (docs/vault.md) names this deployment:"
    told = {"account": "ACCOUNT", "region": "eu-west-1", "deployment": "backups", "clusters": ["a", "c"]}
    assert yaml.safe_load("\n".join(block)) == {"sources": {"backups": told}}


def test_what_is_pasted_is_refused_until_the_account_is_filled_in(tmp_path: Path) -> None:
    file = yaml.safe_load(FILE.read_text())
    _, *block = asks_in_words(PLACE, a_source(a_policy("a")), "backups")
    file["vault"] |= yaml.safe_load("\n".join(block))
    path = tmp_path / "vault.yaml"
    path.write_text(yaml.safe_dump(file))
    told = CliRunner().invoke(app, ["validate", str(path)]).stderr
    assert "'ACCOUNT' is not an account; give its 12 digits in quotes" in " ".join(told.split())
    path.write_text(yaml.safe_dump(file).replace("ACCOUNT", '"111122223333"'))
    assert CliRunner().invoke(app, ["validate", str(path)]).exit_code == 0


def test_a_source_without_copies_in_a_vault_is_told_nothing() -> None:
    osaka = Place("osaka", "ap-northeast-3", "key")
    deployment = a_source(a_policy("a", to="osaka"))
    assert [*asks_in_words(PLACE, deployment, "x"), *asks_in_words(osaka, deployment, "x")] == []


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "--config"),
        ("capacity", "--volumes", "5", "--config"),
        ("manifests", "--config"),
        ("doctor", "--config"),
        ("try",),
    ],
)
def test_commands_about_clusters_refuse_the_file_of_a_vault(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*command, str(FILE)])
    assert done.exit_code == 2
    assert f"error[is_a_vault]: {FILE} is the file of a vault" in " ".join(done.stderr.split())
