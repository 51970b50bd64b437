"""What reaches people: our failure events and no others."""

from __future__ import annotations

import pytest

from snapkeep.adapters.aws.events import SOURCE
from snapkeep.domain.report.announcements import Event
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.template import Resource, Template, text


@pytest.fixture
def rule(template: Template) -> Resource:
    """The rule of our own events that leads to the topic."""
    (topic,) = template.resources("SNS::Topic")
    return next(
        item
        for item in template.resources("Events::Rule").values()
        if item["EventPattern"]["source"] == [SOURCE] and item["Targets"][0]["Arn"] == {"Ref": topic}
    )


@pytest.mark.parametrize(
    "detail_type",
    [
        Event.RUN_PARTIALLY_FAILED,
        Event.RUN_FAILED,
        Event.SLOT_MISSED,
        Event.PRUNE_BRAKED,
        Event.POINT_NOT_LOCKED,
        Event.ORPHANS_FOUND,
        Event.INTERRUPTION_MISSED,
    ],
)
def test_failures_that_we_announce_reach_the_topic(rule: Resource, detail_type: str) -> None:
    assert matches(rule["EventPattern"], {"source": SOURCE, "detail-type": detail_type})


def test_completed_runs_and_saved_nodes_disturb_nobody(rule: Resource) -> None:
    for each in (Event.RUN_COMPLETED, Event.INTERRUPTION, Event.CHANGED):
        assert not matches(rule["EventPattern"], {"source": SOURCE, "detail-type": each})


def test_only_this_rule_and_alarms_of_this_stack_may_publish_to_the_topic(
    template: Template, rule: Resource
) -> None:
    (policy,) = template.resources("SNS::TopicPolicy").values()
    from_rule, from_alarms = policy["PolicyDocument"]["Statement"]
    rule_id = next(name for name, item in template.resources("Events::Rule").items() if item is rule)

    assert rule["Targets"][0]["Arn"] == from_rule["Resource"] == from_alarms["Resource"]
    assert from_rule["Principal"] == {"Service": "events.amazonaws.com"}
    assert from_rule["Condition"] == {"ArnLike": {"aws:SourceArn": {"Fn::GetAtt": [rule_id, "Arn"]}}}
    assert from_alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    (source,) = from_alarms["Condition"]["ArnLike"].values()
    assert text(source).endswith(":{AWS::AccountId}:alarm:Snapkeep-*")
