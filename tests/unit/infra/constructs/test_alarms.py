"""Every alarm says what is wrong, tells somebody, and leads to a runbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from snapkeep.domain.metrics import NAMESPACE, Metric
from snapkeep.domain.report.announcements import RUNBOOKS
from tests.lists import check_list
from tests.unit.infra.conftest import FUNCTIONS
from tests.unit.infra.template import Resource, Template

ROOT = Path(__file__).parents[4]
LINK = re.compile(r"^Snapkeep: .+\. Runbook: (docs/runbooks/([a-z-]+)\.md)$")


def alarms(template: Template) -> list[Resource]:
    return list(template.resources("CloudWatch::Alarm").values())


def runbook(alarm: Resource) -> str:
    found = LINK.match(alarm["AlarmDescription"])
    assert found, alarm["AlarmDescription"]
    return found[2]


def of(template: Template, name: str) -> list[Resource]:
    return [alarm for alarm in alarms(template) if runbook(alarm) == name]


def watched(alarm: Resource) -> set[str]:
    """The names of the metrics an alarm looks at."""
    parts = [item["MetricStat"]["Metric"] for item in alarm.get("Metrics", []) if "MetricStat" in item]
    return {part["MetricName"] for part in parts or [alarm]}


def test_every_alarm_and_event_links_to_a_runbook_and_every_runbook_belongs_to_one(
    template: Template, copied_template: Template, readable_template: Template, efs_template: Template
) -> None:
    templates = (template, copied_template, readable_template, efs_template)
    linked = {runbook(alarm) for each in templates for alarm in alarms(each)}
    linked |= set(RUNBOOKS.values())
    written = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md") if path.name != "README.md"}

    check_list("docs/runbooks", written, linked)


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("run-failed", {"RunsFailed", "RunsPartiallyFailed", "SlotsMissed"}),
        ("prune-braked", {"PrunesBraked"}),
        ("interruption-missed", {"VolumesMissed", "InterruptionsMissed"}),
    ],
)
def test_what_can_go_wrong_is_watched_for_the_whole_deployment(
    template: Template, name: str, metrics: set[str]
) -> None:
    (alarm,) = of(template, name)
    parts = [item["MetricStat"]["Metric"] for item in alarm.get("Metrics", []) if "MetricStat" in item]

    assert watched(alarm) == metrics
    for part in parts or [alarm]:
        assert part["Namespace"] == NAMESPACE
        assert part["Dimensions"] == [{"Name": "service", "Value": "snapkeep"}]


def test_metrics_of_ours_that_are_watched_are_metrics_that_are_counted(template: Template) -> None:
    ours = [
        alarm for alarm in alarms(template) if "QueueName" not in str(alarm) and "Function" not in str(alarm)
    ]

    assert set().union(*map(watched, ours)) <= set(Metric)


def test_every_queue_that_nobody_reads_is_watched(template: Template) -> None:
    queues = template.resources("SQS::Queue")
    sources = template.resources("Lambda::EventSourceMapping").values()
    read = {mapping["EventSourceArn"]["Fn::GetAtt"][0] for mapping in sources}
    named = [
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in of(template, "messages-undelivered")
    ]

    assert len(named) == len(set(named))
    assert set(named) == set(queues) - read


def test_every_function_is_watched_for_throttles(template: Template) -> None:
    named = {alarm["Dimensions"][0]["Value"]["Ref"] for alarm in of(template, "function-throttled")}

    assert named == set(template.resources("Lambda::Function"))
    assert len(named) == len(FUNCTIONS)


def test_every_alarm_goes_off_at_the_first_and_reaches_the_topic(template: Template) -> None:
    (topic,) = template.resources("SNS::Topic")
    for alarm in alarms(template):
        is_of_silence = alarm["TreatMissingData"] == "breaching"
        operator = "LessThanThreshold" if is_of_silence else "GreaterThanOrEqualToThreshold"
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, operator)
        assert alarm["AlarmActions"] == [{"Ref": topic}]


def test_silence_is_bad_from_every_function_that_is_started_every_hour_or_more_often(
    template: Template,
) -> None:
    bad = [alarm for alarm in alarms(template) if alarm["TreatMissingData"] == "breaching"]
    dimensions = [{item["Name"]: item["Value"] for item in alarm["Dimensions"]} for alarm in bad]

    assert {alarm["MetricName"] for alarm in bad} == {"PartsGivenUp"}
    assert {item["service"] for item in dimensions} == {"snapkeep"}
    assert {item["function"] for item in dimensions} == {
        "finish_restores",
        "handle_interruption",
        "prune",
        "reconcile",
        "write_report",
    }
    assert {alarm["TreatMissingData"] for alarm in alarms(template)} == {"breaching", "notBreaching"}


def test_parts_that_are_given_up_for_weeks_do_not_hide_that_their_function_stops(template: Template) -> None:
    """An alarm notifies when it changes: what is counted may be 5 for weeks, and the other alarm is quiet."""
    found: dict[str, list[tuple[str, str]]] = {}
    for alarm in alarms(template):
        if watched(alarm) == {"PartsGivenUp"}:
            (function,) = (item["Value"] for item in alarm["Dimensions"] if item["Name"] == "function")
            found.setdefault(function, []).append((alarm["Statistic"], alarm["TreatMissingData"]))
    sweep = found.pop("sweep_orphans")  # a start of prune; reconcile tells when it stops

    assert sweep == [("Maximum", "notBreaching")]
    for each in found.values():
        assert sorted(each) == [("Maximum", "notBreaching"), ("SampleCount", "breaching")]
