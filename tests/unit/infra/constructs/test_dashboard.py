"""The dashboard shows every alarm, every policy and every function."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep.domain.metrics import Metric
from tests.unit.infra.template import Template


@pytest.fixture
def body(template: Template) -> dict[str, Any]:
    """The dashboard's document; references in it are only names."""
    (dashboard,) = template.resources("CloudWatch::Dashboard").values()
    assert dashboard["DashboardName"] == "snapkeep"
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    whole = "".join(
        part if isinstance(part, str) else (part.get("Ref") or part["Fn::GetAtt"][0]) for part in parts
    )
    document: dict[str, Any] = json.loads(whole)
    return document


def test_it_begins_with_every_alarm(template: Template, body: dict[str, Any]) -> None:
    first = body["widgets"][0]

    assert first["type"] == "alarm"
    assert set(first["properties"]["alarms"]) == set(template.resources("CloudWatch::Alarm"))


def test_each_policy_has_a_line_although_none_is_named(body: dict[str, Any]) -> None:
    searches = [text for text in expressions(body) if text.startswith("SEARCH(")]

    assert any('MetricName="NewestGoodAge"' in text for text in searches)
    assert any('MetricName="ClaimsLate"' in text for text in searches)
    assert all("{Snapkeep,service,cluster,policy}" in text for text in searches)


def test_every_function_is_shown(template: Template, body: dict[str, Any]) -> None:
    errors = next(widget for widget in body["widgets"] if widget["properties"]["title"] == "Errors")
    shown = {line[3] for line in errors["properties"]["metrics"]}

    assert shown == set(template.resources("Lambda::Function"))


def test_only_metrics_that_are_counted_are_shown(body: dict[str, Any]) -> None:
    graphs = [widget["properties"]["metrics"] for widget in body["widgets"] if widget["type"] == "metric"]
    ours = {line[1] for lines in graphs for line in lines if line[0] == "Snapkeep"}

    assert ours and ours <= set(Metric)


def test_copies_are_shown_if_there_are_places(template: Template, copied_template: Template) -> None:
    dashboards = [json.dumps(each.resources("CloudWatch::Dashboard")) for each in (template, copied_template)]

    assert ["CopyAgeSeconds" in each for each in dashboards] == [False, True]
    assert ["CopiesFailed" in each for each in dashboards] == [False, True]


def expressions(body: dict[str, Any]) -> list[str]:
    """The expressions of all graphs."""
    graphs = [widget["properties"]["metrics"] for widget in body["widgets"] if widget["type"] == "metric"]
    return [line[0]["expression"] for lines in graphs for line in lines if isinstance(line[0], dict)]
