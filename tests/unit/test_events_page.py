"""docs/events.md and its schema match what the code publishes, and deploy/chat.yaml turns it into a
message.
"""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from docs import event_samples, events
from snapkeep.domain.report.announcements import _TEXTS, RUNBOOKS, Event
from tests.lists import check_list

SCHEMA = json.loads(events.SCHEMA.read_text())
CHAT = events.ROOT / "deploy" / "chat.yaml"


class Cfn(yaml.SafeLoader):
    """Reads a template; `!Sub` and the like give what they hold."""


Cfn.add_multi_constructor("!", lambda loader, tag, node: loader.construct_scalar(node))  # type: ignore[no-untyped-call]


def transformed(event: dict[str, Any]) -> str:
    """The message that EventBridge makes of an event: values as they are, nothing is escaped.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    (target,) = yaml.load(CHAT.read_text(), Cfn)["Resources"]["Rule"]["Properties"]["Targets"]
    template: str = target["InputTransformer"]["InputTemplate"].replace(
        "${Runbooks}", "https://example.com/r"
    )
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value: Any = event
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        template = template.replace(f"<{name}>", value)
    return template


def test_each_event_has_a_text_a_sample_and_a_line_that_says_when_it_is_published() -> None:
    check_list("snapkeep/domain/report/announcements.py, _TEXTS", _TEXTS, Event)
    check_list("docs/event_samples.py, CALLS", event_samples.CALLS, Event)
    check_list("docs/events.py, WHEN", events.WHEN, Event)


def test_the_page_and_the_schema_are_up_to_date() -> None:
    assert events.PAGE.read_text() == events.page(), "run: make docs"
    assert events.schema() == SCHEMA, "run: make docs"


@pytest.mark.parametrize("event", Event)
def test_each_event_matches_its_schema_and_no_other(event: Event) -> None:
    jsonschema.validate(event_samples.sample(event), SCHEMA, format_checker=jsonschema.FormatChecker())


def test_a_field_that_nobody_described_fails() -> None:
    sample = event_samples.sample(Event.CLUSTER_GONE)
    sample["detail"]["mood"] = "bad"

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(sample, SCHEMA)


def test_each_field_is_used() -> None:
    used = {name for event in Event for name in event_samples.sample(event)["detail"]} | {"cut"}

    check_list("docs/events.py, FIELDS", events.FIELDS, used)


@pytest.mark.parametrize("event", RUNBOOKS)
def test_each_event_for_people_becomes_a_message_for_the_chat(event: Event) -> None:
    """https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html"""
    sample = event_samples.sample(event)
    message = json.loads(transformed(sample))

    assert (message["version"], message["source"]) == ("1.0", "custom")
    assert message["content"]["title"] == event.value
    assert message["content"]["description"] == sample["detail"]["text"]
    assert message["content"]["nextSteps"] == [f"https://example.com/r/{RUNBOOKS[event]}.md"]


def test_every_link_of_the_page_leads_somewhere() -> None:
    page = events.PAGE.read_text()
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", page, re.MULTILINE)}
    for link in re.findall(r"\]\(([^)]+)\)", page):
        path, _, anchor = link.partition("#")
        assert (events.PAGE.parent / path).exists(), link
        assert not anchor or path or anchor in anchors, link
