"""try_config: it reads what backups and prunes read, and writes nothing but its log."""

from __future__ import annotations

from tests.unit.infra.template import Template


def test_it_can_only_read(template: Template) -> None:
    reading = ("Get", "BatchGet", "Query", "Describe")
    actions = template.actions("try_config")
    assert {each for each in actions if not each.partition(":")[2].startswith(reading)} == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    assert {each.partition(":")[0] for each in actions} == {"logs", "ec2", "eks", "dynamodb"}


def test_it_ends_before_the_api_does(template: Template) -> None:
    assert template.function("try_config")["Timeout"] < template.function("api")["Timeout"]
