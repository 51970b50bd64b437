"""`python -m bench`: whatever module has `figures` takes part, and a figure over its limit fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
from bench.__main__ import measurements, run, table
from bench.figures import Figure

FAST = Figure("100 points", {"plan_cpu_s": 0.5, "mib": 18}, {"plan_cpu_s": 1.5})
SLOW = Figure("1,000 points", {"plan_cpu_s": 1234.5}, {"plan_cpu_s": 15})


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return tmp_path / ".build" / "bench.json"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with one module that measures and one that only helps."""
    folder = tmp_path / "measured"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text("raise SystemExit('ran by itself')")
    (folder / "helper.py").write_text("def unrelated(): ...")
    (folder / "prune.py").write_text("def figures():\n    yield 'a figure'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "measured"
    for name in [name for name in sys.modules if name.partition(".")[0] == "measured"]:
        del sys.modules[name]


def test_a_module_takes_part_by_having_figures(package: str, tmp_path: Path) -> None:
    ((name, measure),) = measurements([str(tmp_path / package)], package)
    assert (name, list(measure())) == ("prune", ["a figure"])


def test_retention_is_measured() -> None:
    assert "retention" in dict(measurements(bench.__path__, "bench"))


def test_the_table_names_each_number_and_shows_its_limit() -> None:
    assert table("retention", [FAST, SLOW]).splitlines() == [
        "retention        plan_cpu_s  mib",
        "100 points       0.5 of 1.5   18",
        "1,000 points  1,234.5 of 15",
    ]


def test_details_follow_the_table_a_line_each() -> None:
    burst = Figure("500 cold", {"p99_s": 40}, details={"ec2:DescribeInstances": 500, "nodes": 1234})

    assert table("notices", [burst]).splitlines()[-1] == "500 cold: ec2:DescribeInstances 500, nodes 1,234"


def test_a_figure_over_its_limit_is_named_with_both_numbers_and_fails(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([("retention", lambda: [FAST, SLOW])], [], answers) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "retention: 1,000 points: plan_cpu_s is 1,234.5, and at most 15 is allowed"
    )


def test_numbers_are_saved_beside_those_of_modules_that_did_not_run(answers: Path) -> None:
    both = [("retention", lambda: [FAST]), ("prune", lambda: [SLOW])]
    assert run(both, ["retention"], answers) == 0
    assert run(both, ["prune"], answers) == 1
    saved = json.loads(answers.read_text())
    assert saved["retention"] == {
        "100 points": {"plan_cpu_s": 0.5, "mib": 18, "limits": {"plan_cpu_s": 1.5}},
    }
    assert saved["prune"]["1,000 points"]["plan_cpu_s"] == 1234.5


def test_a_run_tells_what_changed_since_the_last_one(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run([("retention", lambda: [FAST])], [], answers)
    slower = Figure(FAST.what, {"plan_cpu_s": 1.0, "mib": 18}, FAST.limits)
    run([("retention", lambda: [slower])], [], answers)

    measured = json.loads(answers.read_text())["measured"]["retention"]
    assert f"since {measured['on']}: 100 points: plan_cpu_s ×2.00 of 0.5\n" in capsys.readouterr().out
    assert measured["machine"]["cpus"] > 0


def test_an_unknown_module_is_refused_with_those_there_are(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([("retention", lambda: [FAST])], ["retension"], answers) == 2
    assert capsys.readouterr().err == "no measurement retension; there are: retention\n"
    assert not answers.exists()
