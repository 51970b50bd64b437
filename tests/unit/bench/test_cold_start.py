"""Cold starts are measured in interpreters of their own, on what is really shipped."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bench import cold_start
from bench.cold_start import CONTESTANTS, NAIVE, OURS, start


def test_a_start_tells_its_last_line(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("print('noise'); print('{\"cpu_s\": 0.25, \"modules\": 9}')")

    assert start([sys.executable, str(program)]) == {"cpu_s": 0.25, "modules": 9}


def test_a_start_that_fails_is_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        start([sys.executable, "-c", "raise SystemExit(1)"])


def test_a_start_sees_nothing_of_the_developers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    program = "import os; print('{\"mine\": %d}' % ('AWS_PROFILE' in os.environ))"

    assert start([sys.executable, "-c", program]) == {"mine": 0}


def test_ours_may_cost_half_of_the_naive_median(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {"naive": iter([9.0, 1.0, 1.5, 1.0, 1.0, 5.0, 1.0, 1.0])}
    costs |= {"ours": iter([9.0] + [0.4] * 7)}
    monkeypatch.setattr(cold_start, "naive", lambda: ["naive"])
    monkeypatch.setattr(cold_start, "ours", lambda: ["ours"])
    monkeypatch.setattr(
        cold_start, "start", lambda command: {"cpu_s": next(costs[command[0]]), "modules": 300}
    )

    made = {figure.what: figure for figure in cold_start.figures()}

    assert {name: made[name].values["of_naive"] for name in made} == {NAIVE: 1.0, OURS: 0.4}
    assert [name for name in made if made[name].limits] == [OURS]


def test_a_package_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold_start, "FOLDER", tmp_path / "cold_start")
    zipped = tmp_path / "common-0123.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("python/snapkeep/__init__.py", "")

    folder = cold_start.unpacked(zipped)
    zipped.unlink()

    assert cold_start.unpacked(zipped) == folder
    assert (folder / "python/snapkeep/__init__.py").is_file()


def test_the_naive_function_is_what_the_goal_names() -> None:
    lock = (CONTESTANTS.parents[1] / "requirements-naive.lock").read_text()
    program = (CONTESTANTS / "naive.py").read_text()

    assert "kubernetes==35." in lock
    for name in ('boto3.client("ec2")', "CoreV1Api(", "Logger(", "Metrics(", "Tracer("):
        assert name in program
