"""A child process that never outlives its parent and reports where it serves."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05
STOP_SECONDS = 5.0


class SandboxError(RuntimeError):
    """A part of the sandbox did not start; the text ends with the tail of its log."""


class Child:
    """`python -m COMMAND`, in a process group of its own.

    Its output goes to the file `log`; it writes JSON to the file `ready` once it serves.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, ready: Path) -> None:
        self.name = name
        self.log = log
        self._ready = ready
        self._command = [sys.executable, "-m", *command]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process; `wait_ready` says when it serves."""
        self._ready.unlink(missing_ok=True)
        parent = os.getpid()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: _die_with(parent),
            )

    def wait_ready(self, limit: float) -> dict[str, Any]:
        """Return what the child wrote about itself. SandboxError if it exits or takes longer than `limit`
        seconds.
        """
        deadline = time.monotonic() + limit
        while not self._ready.exists():
            if self._process is None or self._process.poll() is not None:
                raise SandboxError(f"{self.name} ended before it was ready:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise SandboxError(f"{self.name} was not ready after {limit:.0f} s:\n{self.log_tail()}")
            time.sleep(POLL_SECONDS)
        said: dict[str, Any] = json.loads(self._ready.read_text())
        return said

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the child's output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Ask the child to exit, then end its whole process group."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with contextlib.suppress(ProcessLookupError):
            # The group may still hold function workers; its id is the child's own.
            os.killpg(process.pid, signal.SIGKILL)


def _die_with(parent: int) -> None:
    """Have the kernel end this process when its parent dies, however it dies (prctl(2), Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
