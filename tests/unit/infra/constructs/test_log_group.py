"""Logs are kept as long as the deployment says, and go with the stack."""

from __future__ import annotations

from tests.unit.infra.template import Template


def test_every_log_is_kept_for_three_months_unless_told_otherwise(
    template: Template, full_template: Template
) -> None:
    assert {group["RetentionInDays"] for group in template.resources("Logs::LogGroup").values()} == {90}
    assert {group["RetentionInDays"] for group in full_template.resources("Logs::LogGroup").values()} == {365}


def test_logs_go_with_the_stack(template: Template) -> None:
    for group in template.whole("Logs::LogGroup").values():
        assert group["DeletionPolicy"] == "Delete"
