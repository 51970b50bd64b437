"""`python -m sandbox.demo`: watch Snapkeep work on this machine, without Docker or an AWS account.

Exit codes: 0 everything that can be protected is protected, 1 something is wrong (it says what), 2 the
command line is wrong or a demo is still running, 130 interrupted. Nothing keeps running without --keep.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from sandbox.demo import build, diagnosis, keep, report
from sandbox.demo.steps import Steps
from sandbox.demo.story import Story
from sandbox.launch import Sandbox

FOLDER = build.ROOT / ".build" / "demo"
INTERRUPTED = 130
LOG_WIDTH = 120
"""Columns used when there is no terminal to ask: a CI log scrolls sideways."""


def main() -> int:
    """Read the arguments and perform; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--config", type=Path, default=build.ROOT / "snapkeep.yaml", help="the config to deploy"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder for the report and the logs")
    parser.add_argument("--keep", action="store_true", help="keep it running and print how to reach it")
    parser.add_argument("--stop", action="store_true", help="stop what --keep left running")
    options = parser.parse_args()
    config, folder = options.config.resolve(), options.folder.resolve()
    if options.stop:
        return _stop(folder)
    if options.keep and keep.running(folder):
        print(f"A demo is still running; stop it first: {keep.STOP}", file=sys.stderr)
        return 2
    if options.keep:
        return keep.in_background(lambda hold: perform(config, folder, hold))
    return perform(config, folder)


def perform(config: Path, folder: Path, hold: keep.Hold | None = None) -> int:
    """Play the story once and write the report; `hold` is called while everything still runs."""
    # A polite termination must end the sandbox just as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)
    story = Story(config, folder, console, Steps(console))
    folder.mkdir(parents=True, exist_ok=True)
    _fresh(folder / "logs")
    sandbox = Sandbox(_fresh(folder / "sandbox") if hold else None)
    try:
        return _play(story, sandbox, hold)
    except KeyboardInterrupt:
        console.print("\nInterrupted.")
        return INTERRUPTED
    finally:
        sandbox.stop()


def _play(story: Story, sandbox: Sandbox, hold: keep.Hold | None) -> int:
    try:
        story.play(sandbox)
    except Exception as error:
        diagnosis.explain(story.console, story.steps.failed, error, sandbox, story.folder / "logs")
        return 1
    finally:
        report.write(
            story.folder / "report.json",
            story.claims,
            story.steps.records,
            story.retention.fact if story.retention else None,
            story.restores,
            story.interruption.fact if story.interruption else None,
            story.lost_region.fact if story.lost_region else None,
            story.files.fact if story.files else None,
            story.shared.fact if story.shared else None,
        )
    if hold:
        keep.remember(story.folder, _endpoints(sandbox))
        environment = sandbox.environment() | {
            "KUBECONFIG": str(sandbox.kubeconfig),
            "SNAPKEEP_API_URL": story.api_url,
        }
        spare = story.lost_region.kubeconfig if story.lost_region else Path()
        _tell_how_to_reach(story.console, sandbox, keep.write_environment(story.folder, environment), spare)
        hold()
    return 0


def _endpoints(sandbox: Sandbox) -> dict[str, str]:
    return {
        "aws_url": sandbox.aws_url,
        "kubernetes_url": sandbox.kubernetes_url,
        "kubeconfig": str(sandbox.kubeconfig),
    }


def _tell_how_to_reach(console: Console, sandbox: Sandbox, environment: Path, spare: Path) -> None:
    console.print("\nIt keeps running:", style="bold")
    state = sandbox.aws.state()
    now, ahead = datetime.fromisoformat(state["now"]), timedelta(seconds=state["offset_seconds"])
    for line in (
        f"AWS at {sandbox.aws_url}, Kubernetes at {sandbox.kubernetes_url}",
        f"source {os.path.relpath(environment)}   # then snapkeep, kubectl and the AWS CLI reach it",
        "snapkeep status                          # are you safe?",
        "snapkeep describe claim default/ebs-claim # its points, and the command that restores it",
        "kubectl get volumesnapshots -A",
        f"kubectl --kubeconfig {os.path.relpath(spare)} get pods,pvc -A   # Osaka",
        f"AWS's clock says {now:%Y-%m-%d %H:%M} UTC, {ahead.days} days ahead: the acts moved it",
        f"to stop it: {keep.STOP}",
    ):
        console.print("  " + line, markup=False, soft_wrap=True)


def _stop(folder: Path) -> int:
    print("The demo has stopped." if keep.stop(folder) else "No demo is running.")
    return 0


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
