"""`snapkeep capacity`: figures for what fits, and a refusal with the way out for what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from snapkeep_cli.main import app

EXAMPLE = Path(__file__).parents[4] / "snapkeep.yaml"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["capacity", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_what_fits_is_told_with_its_rate_and_time() -> None:
    code, told, said = run("--volumes", "900", "--pending-seconds", "10")

    assert (code, said) == (0, "")
    assert "2.5 snapshots a second" in told
    assert "at least 6 min" in told


def test_csi_takes_longer_and_the_flag_that_changes_it_is_named() -> None:
    _, told, _ = run("--volumes", "600", "--pending-seconds", "10")
    _, faster, _ = run("--volumes", "600", "--pending-seconds", "10", "--kube-api-qps", "100")

    assert "at least 15 min if they are all in one cluster" in " ".join(told.split())
    assert "--kube-api-qps" in told
    assert "by csi" not in faster


def test_what_does_not_fit_is_refused_with_what_would_help() -> None:
    code, told, said = run("--volumes", "100000", "--accounts", "10", "--kept", "30")

    assert code == 3
    assert "30, as it is" in told
    assert "300,000 snapshots, and the quota is 100,000" in said.replace("\n", " ")


@pytest.mark.parametrize(
    "option",
    ["--volumes", "--kept", "--backups-a-day", "--pending-seconds", "--copies-a-day", "--kube-api-qps"],
)
def test_a_number_that_nobody_has_is_refused(option: str) -> None:
    number = "9" * 400 if option in ("--volumes", "--kept") else "inf"
    code, told, said = run("--volumes", "10", option, number)
    assert (code, told) == (2, "")
    assert f"error[usage]: {option}: should be " in said


def test_the_largest_numbers_are_computed() -> None:
    most = ("--pending-seconds", "1000000", "--kube-api-qps", "0.1", "--copies-a-day", "1440")
    assert run("--volumes", "1000000000", "--kept", "10000000", *most)[0] == 3


@pytest.mark.parametrize(("quota", "code"), [("100000", 3), ("300000", 0)])
def test_a_raised_quota_counts(quota: str, code: int) -> None:
    assert run("--volumes", "10000", "--kept", "30", "--quota", quota)[0] == code


def test_programs_get_the_same_as_json_at_the_pace_of_the_config() -> None:
    code, told, _ = run("--volumes", "900", "--config", str(EXAMPLE), "-o", "json")

    document = json.loads(told)
    assert code == 0
    assert document["slot_takes_seconds"] == pytest.approx(850 / document["snapshots_a_second"], abs=1)


def test_a_config_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    code, _, said = run("--volumes", "900", "--config", str(tmp_path / "none.yaml"))

    assert code == 2
    assert "none.yaml" in said


def test_copies_that_fit_are_told_with_the_age_that_the_newest_gets() -> None:
    code, told, said = run("--volumes", "900", "--copies-a-day", "1", "--copy-minutes", "1")

    assert (code, said) == (0, "")
    assert "1 h 0 min for one of each, 15 at a time" in told
    assert "25 h 0 min at most" in told


def test_copies_that_do_not_fit_are_refused_with_the_age_that_is_real() -> None:
    copies = ("--copies-a-day", "1", "--copy-minutes", "30")
    code, told, said = run("--volumes", "5000", "--kept", "9", *copies, "-o", "json")
    document = json.loads(told)

    assert code == 3
    assert "gets 203 h 30 min old (RPO), not 48 h 0 min" in " ".join(said.split())
    assert document["copies_rpo_seconds"] == (203 * 60 + 30) * 60
    assert len(document["problems"]) == 1
