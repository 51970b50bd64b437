"""Which tests pass through which line, found out by running them all once under coverage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData


@dataclass(frozen=True)
class Passing:
    """For each file, by its path in the repository: its lines with the ids of the tests that ran them."""

    files: Mapping[Path, Mapping[int, Sequence[str]]]

    def tests(self, path: Path, line: int) -> set[str]:
        """The tests that pass through a line; of one that runs at import, all tests of its module."""
        lines = self.files.get(path, {})
        named = set(filter(None, lines.get(line, ())))
        return named or {test for tests in lines.values() for test in tests if test}


def passing_of(copy: Path, layer: Path, tests: Sequence[str], marks: str) -> Passing:
    """Run the tests of a copy of the repository. SystemExit when one fails."""
    data = copy / ".coverage"
    run = [sys.executable, "-m", "coverage", "run", f"--data-file={data}", f"--source={copy / layer}"]
    plugin = ["-p", "no:cacheprovider", "-p", "tests.mutants.contexts"]
    command = [*run, "-m", "pytest", "-q", "-x", *plugin, "-m", marks, *tests]
    ended = subprocess.run(command, cwd=copy, env=environment(copy, layer), capture_output=True, text=True)
    if ended.returncode:
        sys.exit(
            f"the tests fail without any mistake; mend them first:\n{(ended.stdout + ended.stderr)[-2000:]}"
        )
    found = CoverageData(str(data))
    found.read()
    files = {
        Path(name).relative_to(copy.resolve()): found.contexts_by_lineno(name)
        for name in found.measured_files()
    }
    return Passing(files)


def environment(copy: Path, layer: Path) -> dict[str, str]:
    """The environment in which the tests of a copy run on its own code."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(copy), str(copy / layer)])}
