"""The Python and processor that code is packaged for, and the Python that can compile for it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
"""Lambda's processors as uv names them. manylinux2014 (glibc 2.17) runs on every Lambda image.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""


@dataclass(frozen=True)
class Target:
    """A Lambda runtime (`python3.13`) on a processor (`arm64` or `x86_64`)."""

    runtime: str
    architecture: str

    @property
    def python_version(self) -> str:
        """The version of the runtime: `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def platform(self) -> str:
        """The platform as uv names it."""
        return PLATFORMS[self.architecture]

    @property
    def compiler(self) -> Path | None:
        """A Python of the runtime's version on this machine, or None. Bytecode works with no other
        version."""
        return _interpreter(self.python_version)


def this_machine() -> Target:
    """The target of this machine and this Python."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return Target(version, "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64")


@cache
def _interpreter(version: str) -> Path | None:
    candidates = (sys.executable, shutil.which(f"python{version}"), *_pyenv(version))
    return next((Path(path) for path in candidates if path and _version_of(path) == version), None)


def _pyenv(version: str) -> list[str]:
    versions = Path.home() / ".pyenv" / "versions"
    return sorted(str(path) for path in versions.glob(f"{version}.*/bin/python"))


def _version_of(interpreter: str) -> str:
    # Run it instead of trusting the name: a pyenv shim is on the path but runs nothing.
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([interpreter, "-c", question], capture_output=True, text=True, check=False)
    return answer.stdout.strip()
