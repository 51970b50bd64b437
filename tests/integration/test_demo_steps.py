"""What somebody who watches the demo (or reads its log) sees."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.demo import build, keep, report
from sandbox.demo.facts import ClaimFact, PointFact
from sandbox.demo.steps import DemoError, StepRecord, Steps


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(log: io.StringIO) -> Console:
    return Console(file=log, width=200)


def test_a_step_ends_as_a_tick_with_its_note_and_time(console: Console, log: io.StringIO) -> None:
    steps = Steps(console)

    with steps.step("deploy") as line:
        line.say("62 resources")

    assert log.getvalue().startswith("✓ deploy: 62 resources")
    assert [(record.name, record.ok) for record in steps.records] == [("deploy", True)]


def test_a_failed_step_is_named_and_its_error_passes_through(console: Console, log: io.StringIO) -> None:
    steps = Steps(console)

    with pytest.raises(DemoError), steps.step("deploy"):
        raise DemoError("no room")

    assert log.getvalue().startswith("✗ deploy")
    assert steps.failed == "deploy"


def test_a_wait_ends_with_what_the_caller_has_to_say(console: Console) -> None:
    steps = Steps(console)

    with pytest.raises(DemoError, match="2 of 3 points"), steps.step("watch") as line:
        line.wait_for(lambda: False, limit=0, otherwise=lambda: DemoError("2 of 3 points are ready"))


def test_patience_multiplies_what_a_step_waits(console: Console) -> None:
    steps = Steps(console, patience=4)

    with pytest.raises(DemoError, match=r"^after 0\.2 s: not yet$"), steps.step("watch") as line:
        line.wait_for(lambda: False, limit=0.05, otherwise=lambda: DemoError("not yet"))


def test_a_command_that_builds_ends_at_its_limit_and_says_how_to_see_why() -> None:
    with pytest.raises(DemoError, match=r"`python -m snapkeep_cli.config .*` did not end within 0\.01 s"):
        build.deployment_of(build.ROOT / "snapkeep.yaml", limit=0.01)


def test_tables_show_what_is_protected_and_why_the_rest_is_not(console: Console, log: io.StringIO) -> None:
    ready = PointFact("p", "ready", "csi", "snap-1", 4 * 2**30, "")
    report.show(
        console,
        [
            ClaimFact("myeks", "app", "data", "daily", True, "", (ready,)),
            ClaimFact("myeks", "app", "[bold]evil", "", False, "the volume is on EFS"),
        ],
    )

    shown = log.getvalue()
    for text in (
        "app/data",
        "daily",
        "ready",
        "csi",
        "4Gi",
        "snap-1",
        "app/[bold]evil",
        "the volume is on EFS",
    ):
        assert text in shown


def test_the_members_of_a_group_are_named_together(console: Console, log: io.StringIO) -> None:
    claims = [
        ClaimFact("myeks", "blog", name, "often", True, "", (member,))
        for name, member in (
            ("mysql", PointFact("p-1", "ready", "ebs", "snap-1", 2**30, "blog/wordpress")),
            ("files", PointFact("p-2", "ready", "ebs", "snap-2", 2**30, "blog/wordpress")),
        )
    ]

    report.show(console, claims)

    assert "group blog/wordpress: mysql and files, crash-consistent with each other" in log.getvalue()


def test_the_report_holds_the_same_facts(tmp_path: Path) -> None:
    ready = PointFact("p", "ready", "ebs", "snap-1", 4 * 2**30, "app/g", reason="fine")
    path = tmp_path / "demo" / "report.json"

    report.write(
        path, [ClaimFact("myeks", "app", "data", "daily", True, "", (ready,))], [StepRecord("a", True, 1.5)]
    )

    assert json.loads(path.read_text()) == {
        "claims": [
            {
                "cluster": "myeks",
                "namespace": "app",
                "claim": "data",
                "policy": "daily",
                "protected": True,
                "reason": "",
                "points": [
                    {
                        "id": "p",
                        "state": "ready",
                        "method": "ebs",
                        "snapshot_id": "snap-1",
                        "size_bytes": 4294967296,
                        "group": "app/g",
                        "reason": "fine",
                    }
                ],
            }
        ],
        "restores": [],
        "files": None,
        "shared": None,
        "retention": None,
        "interruption": None,
        "lost_region": None,
        "steps": [{"name": "a", "ok": True, "seconds": 1.5}],
    }


def test_what_a_kept_demo_writes_can_be_sourced_and_only_read_by_its_owner(tmp_path: Path) -> None:
    variables = {"SNAPKEEP_API_URL": "http://127.0.0.1:1/live", "KUBECONFIG": "/tmp/a folder/it's here"}
    path = keep.write_environment(tmp_path, variables)
    script = f'source {path} && printf "%s\\n" "$SNAPKEEP_API_URL" "$KUBECONFIG" && snapkeep --version'
    said = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, timeout=120)
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[:2] == list(variables.values())
    assert path.stat().st_mode & 0o077 == 0
