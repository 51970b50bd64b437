"""How findings are printed."""

from __future__ import annotations

import json

import pytest

from snapkeep_cli.doctor.findings import Finding, Verdict
from snapkeep_cli.doctor.show import Report, show
from snapkeep_cli.output import Output

LONG = "aws eks create-access-entry " + "x" * 300
FINDINGS = (
    Finding("rbac", Verdict.CANNOT_TELL, "the cluster does not know you", "let me in"),
    Finding("cluster", Verdict.OK, "myeks is ACTIVE"),
    Finding("snapshot class", Verdict.CANNOT_TELL, "the cluster does not know you", "let me in"),
    Finding("access entry", Verdict.PROBLEM, "prune\x1b[31m cannot get in", LONG),
)
REPORTS = [Report("myeks", "eu-west-1", FINDINGS)]


def test_people_get_one_line_a_reason_and_commands_they_can_copy(capsys: pytest.CaptureFixture[str]) -> None:
    show(REPORTS, Output.TABLE)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "myeks (eu-west-1)"
    assert "cannot tell  rbac, snapshot class: the cluster does not know you" in lines[1]
    assert sum("does not know you" in line for line in lines) == 1
    assert any(line.endswith(f"fix: {LONG}") for line in lines)
    assert not any("\x1b[31m" in line for line in lines)


def test_programs_get_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    show(REPORTS, Output.JSON)

    (cluster,) = json.loads(capsys.readouterr().out)["clusters"]
    assert cluster["cluster"] == "myeks"
    assert [finding["verdict"] for finding in cluster["findings"]] == [
        "cannot tell",
        "ok",
        "cannot tell",
        "problem",
    ]
