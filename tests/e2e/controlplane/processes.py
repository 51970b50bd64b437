"""Programs that die with whoever started them, however it dies."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05
STOP_SECONDS = 3.0
MEMORY = Path("/dev/shm")
SCRATCH = "snapkeep-e2e-"


class NotUp(RuntimeError):
    """A part of the control plane did not come up; the text holds the end of its log."""


def free_port() -> int:
    """A port of the loopback that nobody has."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Processes:
    """Children by name, each with a log of its name in `folder`; `stop` ends the newest first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._scratch: list[Path] = []

    def scratch(self) -> Path:
        """A folder until `stop`, in memory where there is that: a disk makes etcd wait at each write."""
        if not MEMORY.is_dir():
            return self.folder / "scratch"
        _sweep()
        made = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-", dir=MEMORY))
        self._scratch.append(made)
        return made

    def start(self, name: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        """Start a program; `wait_for` says when it works."""
        parent = os.getpid()
        with self._log(name).open("ab") as log:
            child = subprocess.Popen(
                command,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: _die_with(parent),
            )
        self._running.append((name, child))

    def wait_for(self, name: str, works: Callable[[], bool], limit: float) -> None:
        """Wait until the program `works`. NotUp when it ends, or after `limit` seconds."""
        deadline = time.monotonic() + limit
        while not works():
            if name in self.ended():
                raise NotUp(f"{name} ended with {self.ended()[name]}:\n{self._tail(name)}")
            if time.monotonic() > deadline:
                raise NotUp(f"{name} does not work after {limit:.0f} s:\n{self._tail(name)}")
            time.sleep(POLL_SECONDS)

    def freeze(self, name: str, frozen: bool) -> None:
        """Stop a program where it is, or let it go on."""
        child = next(child for known, child in self._running if known == name)
        child.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def ended(self) -> dict[str, int]:
        """The programs that ended though nobody stopped them, and their exit codes."""
        codes = {name: child.poll() for name, child in self._running}
        return {name: code for name, code in codes.items() if code is not None}

    def stop(self) -> None:
        """End all of them, politely at first, and remove their scratch folders."""
        running, self._running = self._running[::-1], []
        for _, child in running:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for _, child in running:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        while self._scratch:
            shutil.rmtree(self._scratch.pop(), ignore_errors=True)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _tail(self, name: str) -> str:
        return "\n".join(self._log(name).read_text(errors="replace").splitlines()[-20:])


def _sweep() -> None:
    """Remove what a run left in memory that was killed before it could tidy up."""
    for each in MEMORY.glob(f"{SCRATCH}*"):
        owner = each.name.removeprefix(SCRATCH).split("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(each, ignore_errors=True)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies (prctl(2), Linux): an API server that is only
    asked to end waits for its etcd, which is gone by then."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
