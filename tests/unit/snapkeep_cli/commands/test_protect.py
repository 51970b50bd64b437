"""The policy for an organization: it fits, names everybody exactly, and is the one in the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from snapkeep_cli.config.stack_options import FUNCTION_NAMES
from snapkeep_cli.main import app
from snapkeep_cli.protection import LONGEST

ROOT = Path(__file__).parents[4]
CDK = ("cdk-snapkeep-deploy-role-{account}-{region}", "cdk-snapkeep-cfn-exec-role-{account}-{region}")
ONE = ["--account", "111122223333", "--region", "ap-northeast-2", "--deployer", "pipeline"]
BACKUPS = [*ONE, "--part", "backups"]
DEPLOYMENT = [*ONE, "--part", "deployment"]
PARTS = ["backups", "deployment", "copies", "vault"]
A_ROLE = len('"arn:aws:iam::111122223333:role/snapkeep/snapkeep-ap-northeast-2-record-completion",')


def protect(*words: str) -> Result:
    return CliRunner().invoke(app, ["policies", "protect", *words])


def printed(*words: str) -> dict[str, Any]:
    result = protect(*words)
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def spared(document: dict[str, Any]) -> dict[str, list[str]]:
    return {
        each["Sid"]: each["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] for each in document["Statement"]
    }


@pytest.mark.parametrize("part", ["backups", "deployment", "copies"])
def test_the_policies_in_the_docs_are_those_that_are_printed(part: str) -> None:
    """When they are not: docs/threat-model.md shows the commands."""
    deployers = [word for name in CDK for word in ("--deployer", name)]
    shown = json.loads((ROOT / "docs" / "policies" / f"protect-{part}.json").read_text())

    assert shown == printed(*ONE[:4], *deployers, *ONE[4:], "--part", part)


def test_the_policy_of_a_vault_in_the_docs_is_the_one_that_is_printed_for_its_file() -> None:
    """Its Region and key are those of the file."""
    deployers = [word for name in (*CDK, "pipeline") for word in ("--deployer", name)]
    file = ("--config", str(ROOT / "docs" / "vault.yaml"), "--part", "vault")
    shown = json.loads((ROOT / "docs" / "policies" / "protect-vault.json").read_text())

    assert shown == printed("--account", "222233334444", *deployers, *file)
    (ending,) = [each for each in shown["Statement"] if each["Sid"] == "NobodyEndsKeys"]
    assert ending["Resource"] == [
        "arn:aws:kms:ap-northeast-2:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    ]


@pytest.mark.parametrize("part", PARTS)
def test_every_policy_of_a_deployment_has_room_for_six_more_roles(part: str) -> None:
    """The example's deployers stand twice in the policy about the deployment."""
    deployers = [word for name in CDK for word in ("--deployer", name)]
    result = protect(*ONE, *deployers, "--part", part)

    assert len(json.dumps(json.loads(result.stdout), separators=(",", ":"))) + 6 * A_ROLE <= LONGEST


def test_a_part_must_be_named_because_one_alone_does_not_protect() -> None:
    result = protect(*ONE)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--part is missing" in result.stderr


@pytest.mark.parametrize("part", PARTS)
def test_nobody_is_spared_by_a_wildcard(part: str) -> None:
    arns = {arn for each in spared(printed(*ONE, "--part", part)).values() for arn in each}

    assert arns and not [arn for arn in arns if set(arn) & set("*?$")]
    assert {arn.split(":")[4] for arn in arns} == {"111122223333"}


@pytest.mark.parametrize("part", PARTS)
def test_only_functions_that_exist_are_spared(part: str) -> None:
    prefix = "arn:aws:iam::111122223333:role/snapkeep/snapkeep-ap-northeast-2-"
    document = printed(*ONE, "--part", part)
    ours = {arn for each in spared(document).values() for arn in each if "/snapkeep/" in arn}

    assert ours <= {prefix + name.replace("_", "-") for name in FUNCTION_NAMES}


def test_every_account_and_deployment_has_its_own_prune() -> None:
    accounts = printed(*ONE, "--account", "444455556666", "--part", "backups")
    deployments = printed(*ONE, "--prefix", "a", "--prefix", "b", "--part", "backups")

    assert spared(accounts)["OnlyPruneDeletes"][:2] == [
        f"arn:aws:iam::{account}:role/snapkeep/snapkeep-ap-northeast-2-prune"
        for account in ("111122223333", "444455556666")
    ]
    assert spared(deployments)["OnlyPruneDeletes"][:2] == [
        f"arn:aws:iam::111122223333:role/{prefix}/{prefix}-ap-northeast-2-prune" for prefix in ("a", "b")
    ]


def test_copies_are_deleted_by_what_prunes_them_in_every_deployment_and_shared_by_nobody() -> None:
    document = printed(*ONE, "--region", "eu-west-1", "--part", "copies")
    glass = "arn:aws:iam::111122223333:role/break-glass"

    assert spared(document)["OnlyPruneCopiesDeletes"] == [
        "arn:aws:iam::111122223333:role/snapkeep/snapkeep-ap-northeast-2-prune-copies",
        "arn:aws:iam::111122223333:role/snapkeep/snapkeep-eu-west-1-prune-copies",
        glass,
    ]
    assert spared(document)["NobodyUnlocksSharesArchivesCopies"] == [glass]


def test_the_policy_for_copies_has_room_for_the_deployments_of_three_accounts() -> None:
    words = [word for number in range(3) for word in ("--account", f"11112222333{number}")]
    result = protect(*words, *ONE[2:], "--part", "copies")

    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.strip()) <= LONGEST


def test_names_of_deployers_are_filled_for_each_account_and_arns_stay_as_they_are() -> None:
    role = "arn:aws:iam::999988887777:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Deploy_0a"
    document = printed(*DEPLOYMENT, "--deployer", CDK[0], "--deployer", role, "--break-glass", "people/fire")

    assert spared(document)["OnlyDeployersDeploy"] == [
        "arn:aws:iam::111122223333:role/pipeline",
        "arn:aws:iam::111122223333:role/cdk-snapkeep-deploy-role-111122223333-ap-northeast-2",
        role,
        "arn:aws:iam::111122223333:role/people/fire",
    ]


def test_regions_are_those_of_the_config(tmp_path: Path) -> None:
    config = tmp_path / "snapkeep.yaml"
    config.write_text((ROOT / "snapkeep.yaml").read_text().replace("ap-northeast-2", "cn-north-1"))
    words = ["--account", "111122223333", "--deployer", "pipeline", "--part", "backups"]

    assert spared(printed(*words, "--config", str(config)))["OnlyPruneDeletes"] == [
        "arn:aws-cn:iam::111122223333:role/snapkeep/snapkeep-cn-north-1-prune",
        "arn:aws-cn:iam::111122223333:role/break-glass",
    ]


def test_keys_can_be_named() -> None:
    key = "arn:aws:kms:ap-northeast-2:111122223333:key/0a"
    statements = {each["Sid"]: each for each in printed(*DEPLOYMENT, "--key", key)["Statement"]}

    assert statements["NobodyEndsKeys"]["Resource"] == [key]


@pytest.mark.parametrize("part", ["backups", "copies"])
def test_a_policy_that_no_organization_takes_is_refused_with_the_way_out(part: str) -> None:
    words = [word for number in range(9) for word in ("--account", f"11112222333{number}")]
    result = protect(*words, *ONE[2:], "--part", part)

    assert (result.exit_code, result.stdout) == (2, "")
    assert str(LONGEST) in result.stderr and "each account" in result.stderr


def test_a_policy_that_does_not_fit_in_lines_is_printed_without_blanks() -> None:
    result = protect(*BACKUPS, "--region", "eu-west-1")

    assert len(result.stdout.splitlines()) == 1
    assert len(result.stdout.strip()) <= LONGEST


@pytest.mark.parametrize(
    "words",
    [
        ["--account", "1234", *BACKUPS[2:]],
        [*BACKUPS, "--deployer", "admin*"],
        [*BACKUPS, "--deployer", "arn:aws:iam::*:role/admin"],
        [*BACKUPS, "--deployer", "${aws:username}"],
        [*BACKUPS, "--break-glass", "?"],
        [*BACKUPS, "--key", "alias/backups"],
        [*BACKUPS, "--region", "nowhere-1"],
        [*BACKUPS, "--region", "cn-north-1"],
    ],
)
def test_what_is_not_exact_is_refused_in_words(words: list[str]) -> None:
    result = protect(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "fix: " in result.stderr and "Traceback" not in result.stderr
