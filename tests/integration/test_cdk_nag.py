"""cdk-nag on the stack as it is, with every option, with places, and on a vault's: no finding without a
reason, and none without a finding."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.acknowledgements import ACKNOWLEDGED
from infra.deployment_config import DeploymentConfig
from infra.stacks.place_stack import PlaceStack
from infra.stacks.snapkeep_stack import SnapkeepStack
from infra.stacks.vault_stack import VaultStack
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import (
    CHECKED,
    COPIED,
    DEPLOYMENT,
    ON_EFS,
    OPTIONS,
    VAULT,
    stub_assets,
)
from tests.unit.infra.constructs.test_archive_points import ARCHIVED
from tests.unit.infra.constructs.test_read_files import READABLE
from tests.unit.infra.constructs.test_save_objects import SAVING_SECRETS

REGION = "ap-northeast-2"
STACKS = {"Snapkeep": StackOptions(), "SnapkeepWithEveryOption": OPTIONS}

Finding = tuple[str, str]
"""A rule, and the path of a construct below its stack."""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[Finding]:
    """What cdk-nag says about all stacks."""
    folder = tmp_path_factory.mktemp("nag")
    app = App(outdir=str(folder / "cdk.out"))
    for name, options in STACKS.items():
        config = DeploymentConfig(deployment=DEPLOYMENT, region=REGION, stack=name, options=options)
        SnapkeepStack(app, config=config, assets=stub_assets(folder))
    copied = DeploymentConfig(deployment=COPIED, region=REGION, stack="SnapkeepWithPlaces")
    SnapkeepStack(app, config=copied, assets=stub_assets(folder))
    checked = DeploymentConfig(deployment=CHECKED, region=REGION, stack="SnapkeepWithChecks")
    SnapkeepStack(app, config=checked, assets=stub_assets(folder, reads=True))
    saving = DeploymentConfig(deployment=SAVING_SECRETS, region=REGION, stack="SnapkeepWithObjects")
    SnapkeepStack(app, config=saving, assets=stub_assets(folder, secrets=True))
    archived = DeploymentConfig(deployment=ARCHIVED, region=REGION, stack="SnapkeepWithArchives")
    SnapkeepStack(app, config=archived, assets=stub_assets(folder, reads=True))
    readable = DeploymentConfig(deployment=READABLE, region=REGION, stack="SnapkeepWithFiles")
    SnapkeepStack(app, config=readable, assets=stub_assets(folder, reads=True))
    on_efs = DeploymentConfig(deployment=ON_EFS, region=REGION, stack="SnapkeepWithFileSystems")
    SnapkeepStack(app, config=on_efs, assets=stub_assets(folder))
    PlaceStack(app, config=copied, place=COPIED.places[0])
    vault = DeploymentConfig(deployment=VAULT, region=REGION, stack="SnapkeepVault")
    assert VAULT.vault is not None
    VaultStack(app, config=vault, vault=VAULT.vault, assets=stub_assets(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CDK_VALIDATION", "true")
        with pytest.raises(RuntimeError, match="ValidationFailed"):
            app.synth()  # cdk-nag fails a synth that has findings, acknowledged here or not
    return set(_read(folder / "cdk.out" / "validation-report.json"))


def _read(report: Path) -> Iterator[Finding]:
    for plugin in json.loads(report.read_text())["pluginReports"]:
        if plugin["pluginName"] in ("AwsSolutions", "Serverless"):
            for violation in plugin["violations"]:
                for construct in violation["violatingConstructs"]:
                    path = construct["constructPath"].partition("/")[2].removesuffix("/Resource")
                    yield violation["ruleName"].replace(REGION, "REGION"), path


def test_every_finding_is_acknowledged(findings: set[Finding]) -> None:
    unknown = {
        (rule, path) for rule, path in findings if not any(each.covers(rule, path) for each in ACKNOWLEDGED)
    }

    assert sorted(unknown) == []


def test_every_acknowledgement_is_needed(findings: set[Finding]) -> None:
    unused = [
        f"{each.rule} at {pattern}"
        for each in ACKNOWLEDGED
        for pattern in each.where
        if not any(type(each)(each.rule, (pattern,), each.reason).covers(*finding) for finding in findings)
    ]

    assert unused == []
