"""A demo that stays: its process leaves the terminal and holds the sandbox until it gets a stop signal."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError

FILE = "kept.json"
"""In the demo's folder: what runs, and where."""
ENVIRONMENT = "env"
"""The file in the demo's folder to source before using the demo's commands."""
STOP = f"{os.path.relpath(sys.executable)} -m sandbox.demo --stop"
STOP_SECONDS = 20.0
POLL_SECONDS = 0.1

Hold = Callable[[], None]
"""Lets go of the terminal, and returns only when this process gets a stop signal."""


def in_background(perform: Callable[[Hold], int]) -> int:
    """Run `perform` in a process that may outlive this one. Return 0 once it holds, else its exit code.

    Until then both share the terminal and Ctrl-C is passed on, so it feels like one process.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setsid()
        _perform_and_exit(perform, writing)
    os.close(writing)
    while True:
        try:
            if os.read(reading, 1):
                return 0
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        except KeyboardInterrupt:
            os.kill(child, signal.SIGINT)


def remember(folder: Path, facts: dict[str, Any]) -> None:
    """Record what this process keeps running, so that `stop` and people find it. `aws_url` is required."""
    (folder / FILE).write_text(json.dumps({"pid": os.getpid(), **facts}, indent=2) + "\n")


def write_environment(folder: Path, variables: Mapping[str, str]) -> Path:
    """Write a file to source that sets these variables, and PATH to this environment's commands first."""
    commands = shlex.quote(str(Path(sys.executable).parent))
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    path = folder / ENVIRONMENT
    path.write_text("\n".join([f'export PATH={commands}:"$PATH"', *lines]) + "\n")
    path.chmod(0o600)
    return path


def running(folder: Path) -> dict[str, Any] | None:
    """What `remember` recorded, if the sandbox it names still answers; else None."""
    try:
        facts: dict[str, Any] = json.loads((folder / FILE).read_text())
        AwsControl(facts["aws_url"], timeout=5).state()
    except (FileNotFoundError, ControlError):
        return None
    return facts


def stop(folder: Path) -> bool:
    """Stop the kept demo and wait until it is gone; False if none runs.

    Only a sandbox that answers is stopped, so a reused process id is safe.
    TimeoutError, naming the process, if it does not end.
    """
    facts = running(folder)
    if facts is None:
        return False
    pid = int(facts["pid"])
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while _lives(pid):
        if time.monotonic() > end:
            raise TimeoutError(f"process {pid} did not end within {STOP_SECONDS:.0f} s; try: kill -9 {pid}")
        time.sleep(POLL_SECONDS)
    (folder / FILE).unlink(missing_ok=True)
    return True


def _perform_and_exit(perform: Callable[[Hold], int], writing: int) -> NoReturn:
    code = 1
    try:
        code = perform(lambda: _hold(writing))
    finally:
        sys.stdout.flush()
        os._exit(code)


def _hold(writing: int) -> None:
    with suppress(KeyboardInterrupt):
        sys.stdout.flush()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.write(writing, b"\0")
        os.close(writing)
        while True:
            signal.pause()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
