"""SnapStart: whatever starts the function starts the alias of a published version, and the cost is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.constructs.snap_start import cost_of
from infra.deployment_config import DeploymentConfig
from infra.stacks.snapkeep_stack import SnapkeepStack
from tests.unit.infra.conftest import DEPLOYMENT, stub_assets
from tests.unit.infra.template import Resource, Template


@pytest.fixture(scope="module")
def with_snap_start(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The deployment with SnapStart on."""
    app = App(outdir=str(tmp_path_factory.mktemp("cdk.out")))
    config = DeploymentConfig(deployment=DEPLOYMENT, region="ap-northeast-2", snap_start="on")
    SnapkeepStack(app, config=config, assets=stub_assets(tmp_path_factory.mktemp("assets")))
    return app.synth()


@pytest.fixture(scope="module")
def snapped(with_snap_start: Any) -> Template:
    """The template of that deployment."""
    return Template(
        json.loads(Path(with_snap_start.get_stack_by_name("Snapkeep").template_full_path).read_text())
    )


def targets(template: Template) -> list[Resource]:
    """The function that cordons as rules and the schedule name it."""
    rules = [
        target["Arn"]
        for rule in template.resources("Events::Rule").values()
        if rule.get("Description", "").startswith("Snapkeep: notices")
        for target in rule["Targets"]
    ]
    return [*rules, template.schedule("watch-incidents")["Target"]["Arn"]]


def reader(template: Template) -> str:
    """The function that reads the queue of lifecycle hooks, as its mapping names it."""
    (name,) = (
        mapping["FunctionName"]
        for mapping in template.resources("Lambda::EventSourceMapping").values()
        if "LifecycleHooks" in mapping["EventSourceArn"]["Fn::GetAtt"][0]
    )
    return json.dumps(name)


def test_the_alias_names_a_version_of_the_function_that_cordons(snapped: Template) -> None:
    ((alias_id, alias),) = snapped.resources("Lambda::Alias").items()
    ((version_id, version),) = snapped.resources("Lambda::Version").items()

    assert alias["Name"] == "live"
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version_id, "Version"]}
    assert snapped.at(version["FunctionName"])["FunctionName"] == "snapkeep-handle-interruption"
    assert snapped.function("handle_interruption")["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert alias_id != version_id


def test_rules_the_schedule_and_the_queue_start_the_alias_and_may(snapped: Template) -> None:
    (alias,) = snapped.resources("Lambda::Alias")

    assert targets(snapped) == [{"Ref": alias}] * 7
    assert ':live"' in reader(snapped)
    allowed = [
        permission["FunctionName"]
        for permission in snapped.resources("Lambda::Permission").values()
        if permission["Principal"] == "events.amazonaws.com"
    ]
    assert allowed.count({"Ref": alias}) == 6
    assert not any("HandleInterruption" in name["Fn::GetAtt"][0] for name in allowed if "Ref" not in name)
    role = snapped.schedule("watch-incidents")["Target"]["RoleArn"]
    invoked = [each["Resource"] for each in snapped.statements_of(role) if "lambda" in str(each["Action"])]
    assert invoked == [{"Ref": alias}]


def test_only_the_function_that_cordons_pays_for_it(snapped: Template) -> None:
    functions = snapped.resources("Lambda::Function").values()

    assert [each["FunctionName"] for each in functions if "SnapStart" in each] == [
        "snapkeep-handle-interruption"
    ]


def test_it_is_off_unless_it_is_asked_for(template: Template) -> None:
    assert "SnapStart" not in template.function("handle_interruption")
    assert template.resources("Lambda::Alias") == template.resources("Lambda::Version") == {}
    assert {tuple(arn) for arn in targets(template)} == {("Fn::GetAtt",)}
    assert "live" not in reader(template)


def test_synth_says_what_it_costs(with_snap_start: Any) -> None:
    said = [message.entry.data for message in with_snap_start.get_stack_by_name("Snapkeep").messages]

    assert cost_of(1024) in said
    assert cost_of(1024).startswith("SnapStart of 1024 MiB costs about $3.90 a month")
    assert "$0.14 for every 1,000 cold starts" in cost_of(1024)
