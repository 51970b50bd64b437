"""What a failed demo shows its user: the step, the reason, what the functions logged, and what to do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rich.console import Console

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError
from sandbox.demo.steps import DemoError
from sandbox.launch import Sandbox

LINES = 8
"""Log lines shown per function."""
WIDTH = 400
"""Characters shown per line; the files hold the full lines."""
NOISE = ("START ", "END ", "REPORT ", '{"_aws"')
"""Lambda's own lines and metrics; the files hold them."""
ADVICE = "docs/architecture.md explains how the parts fit together. Nothing is still running: try again."


def explain(console: Console, step: str, error: Exception, sandbox: Sandbox, logs: Path) -> None:
    """Print why the demo failed, and save the logs of the sandbox's processes and functions in `logs`."""
    console.print(f"\nThe demo failed in step {step!r}:" if step else "\nThe demo failed:", style="bold red")
    console.print(_reason(error), markup=False, soft_wrap=True)
    for name, lines in _save_logs(sandbox, logs).items():
        console.print(f"\nLast lines of {name}:", style="bold")
        for line in [line for line in lines if not line.startswith(NOISE)][-LINES:]:
            console.print("  " + line.rstrip()[:WIDTH], markup=False, soft_wrap=True)
    advice = error.advice if isinstance(error, DemoError) and error.advice else ADVICE
    console.print(f"\nAll logs are in {os.path.relpath(logs)}. {advice}", markup=False, soft_wrap=True)


def _reason(error: Exception) -> str:
    ours = isinstance(error, DemoError) or type(error).__module__.startswith("sandbox.")
    return str(error) if ours else f"{type(error).__name__}: {error}"


def _save_logs(sandbox: Sandbox, logs: Path) -> dict[str, list[str]]:
    """Copy every log to a file; return the functions' lines, or only the failures if there are any."""
    logs.mkdir(parents=True, exist_ok=True)
    if not sandbox.aws_url:
        return {}
    for log in sandbox.work.glob("*.log"):
        shutil.copy(log, logs)
    try:
        return _functions(sandbox.aws, logs)
    except ControlError:
        return {}


def _functions(aws: AwsControl, logs: Path) -> dict[str, list[str]]:
    usage = aws.functions()
    lines = {name: aws.function_logs(name) for name in usage}
    for name, text in lines.items():
        (logs / f"{name}.log").write_text("\n".join(text) + "\n")
    failed = {name: text for name, text in lines.items() if usage[name].errors}
    return failed or lines
