"""Put random mistakes into the code that plans, brakes, deletes, holds and restores, and count which ones
the unit and contract tests see.

    make mutants                       100 of them, drawn anew by the seed of the day
    make mutants ARGS="--count 20 --seed 7 brake turnover"

A survivor is a mistake that no test saw: either a test is missing, or the code does not matter. All tests
run once without a mistake; of each mutant's line that says which tests pass through it, and only those run.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.mutants.mutation import Mutation, mutations
from tests.mutants.passing import Passing, environment, passing_of

ROOT = Path(__file__).parents[2]
LAYER = Path("layers/common/python")
ROOMS = (LAYER / "snapkeep/domain", LAYER / "snapkeep/services")
TESTS = ("tests/unit/snapkeep", "tests/contract/ports")
FAST = "not slow and not sandbox"
LIMIT = 900
"""Seconds after which a mistake that makes a test hang counts as seen."""


@dataclass(frozen=True)
class Mutant:
    """A mistake in one file, whose path is relative to the repository."""

    path: Path
    mutation: Mutation
    source: str

    def __str__(self) -> str:
        line = self.source.splitlines()[self.mutation.line - 1].strip()
        place = self.path.relative_to(LAYER / "snapkeep")
        return (
            f"{place}:{self.mutation.line} {self.mutation.kind} -> {self.mutation.text or '(gone)'}: {line}"
        )


def main() -> int:
    """Print each mutant with its fate; 1 when fewer than 95 of 100 are seen."""
    asked = arguments()
    drawn = draw(asked.modules, asked.count, random.Random(asked.seed))
    print(f"{len(drawn)} mutants, seed {asked.seed}, {asked.jobs} at once", flush=True)
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as workers:
        for number in range(asked.jobs):
            copies.put(copied(Path(folder) / str(number)))
        print("running all tests once, to see where they pass through", flush=True)
        passing = passing_of(Path(folder) / "0", LAYER, TESTS, FAST)

        def fate(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                return told(mutant, is_seen(copy, mutant, passing))
            finally:
                copies.put(copy)

        seen = sum(workers.map(fate, drawn))
    print(f"{seen} of {len(drawn)} were seen")
    return 0 if seen >= 0.95 * len(drawn) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="names of modules, such as brake; all by default")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()) // 86400)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def draw(modules: list[str], count: int, chance: random.Random) -> list[Mutant]:
    """At most `count` mutants of these modules, or of all, each as likely as any other."""
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    unknown = set(modules) - {path.stem for path in paths}
    if unknown:
        sys.exit(f"no module of domain or services is called {', '.join(sorted(unknown))}")
    every = [
        Mutant(path.relative_to(ROOT), mutation, source)
        for path in paths
        if not modules or path.stem in modules
        for source in [path.read_text()]
        for mutation in mutations(source)
    ]
    return chance.sample(every, min(count, len(every)))


def copied(folder: Path) -> Path:
    """The tracked files of the work tree, as they are now, in a folder of their own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def is_seen(copy: Path, mutant: Mutant, passing: Passing) -> bool:
    """Whether a test fails on the mutant; the tests of its module are asked first."""
    tests = passing.tests(mutant.path, mutant.mutation.line)
    if not tests:
        return False
    path = copy / mutant.path
    original = path.read_text()
    path.write_text(mutant.mutation.apply(original))
    # Python trusts a compiled file whose source has the same second and size.
    os.utime(path, (time.time(), time.time_ns() % 10**9))
    try:
        twin = f"/test_{path.stem}.py"
        return fails(copy, sorted(tests, key=lambda test: (twin not in test, test)))
    finally:
        path.write_text(original)


def fails(copy: Path, tests: list[str]) -> bool:
    """Whether one of the tests fails; a mistake that keeps pytest from starting, or from ending, is seen."""
    asked = copy / "tests.txt"
    asked.write_text("\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"@{asked}"]
    try:
        ended = subprocess.run(
            command, cwd=copy, env=environment(copy, LAYER), capture_output=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0


def told(mutant: Mutant, seen: bool) -> bool:
    print(f"{'seen    ' if seen else 'SURVIVED'} {mutant}", flush=True)
    return seen


if __name__ == "__main__":
    sys.exit(main())
