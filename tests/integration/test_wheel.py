"""The wheel, installed into an empty environment outside of the repository and run there.

Nothing is downloaded: each package that the wheel declares, and what those require, is linked from the
environment that runs the tests.
"""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
import uv
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
OURS = frozenset({"snapkeep", "snapkeep_cli"})
IMPORT_ALL = """
import importlib, pkgutil, snapkeep, snapkeep_cli
for package in (snapkeep, snapkeep_cli):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(snapkeep.__file__, snapkeep_cli.__file__)
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and a folder beside it to work in."""

    folder: Path

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def run(self, command: str, *arguments: str) -> str:
        """What a command of the environment prints. It sees no repository and no user's packages."""
        done = subprocess.run(
            [self.folder / "bin" / command, *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONNOUSERSITE": "1", "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _uv("build", "--wheel", "--offline", "--no-build-isolation", "--out-dir", str(folder), str(ROOT))
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def shelf(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels, for installers that download nothing: ours, and all that it needs."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copy(wheel, folder)
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        text = archive.read(metadata).decode()
    for name in sorted(required(declared(text))):
        _pack(name, folder)
    return folder


@pytest.fixture(scope="module", params=["uv tool install", "pip in an environment of its own, as pipx does"])
def command(
    request: pytest.FixtureRequest, shelf: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The command as a person installs it, in an empty home."""
    home = tmp_path_factory.mktemp("home")
    offline = ["--no-index", "--find-links", str(shelf)]
    if request.param.startswith("uv"):
        tool = [uv.find_uv_bin(), "tool", "install", "--offline", "--python", sys.executable, *offline]
        settings = {"UV_TOOL_DIR": str(home / "tools"), "UV_TOOL_BIN_DIR": str(home / "bin")}
        _run([*tool, str(wheel)], {**os.environ, **settings})
    else:
        _run([sys.executable, "-m", "venv", str(home)], dict(os.environ))
        _run([str(home / "bin" / "pip"), "install", "--no-compile", *offline, str(wheel)], dict(os.environ))
    return home / "bin" / "snapkeep"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel, what it declares, and nothing else."""
    made = Environment(tmp_path_factory.mktemp("elsewhere") / "venv")
    _uv("venv", "--offline", "--python", sys.executable, str(made.folder))
    python = str(made.folder / "bin" / "python")
    _uv("pip", "install", "--offline", "--no-deps", "--python", python, str(wheel))
    (metadata,) = made.packages.glob("snapkeep-*.dist-info/METADATA")
    for name in sorted(required(declared(metadata.read_text()))):
        _link(name, made.packages)
    return made


def test_it_holds_the_command_and_the_domain_and_nothing_that_is_deployed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name) for name in archive.namelist()]
    layer = {path.parts[1] for path in names if path.parts[0] == "snapkeep"}

    assert {path.parts[0] for path in names if ".dist-info" not in path.parts[0]} == OURS
    assert layer == {"__init__.py", "domain"}


def test_it_runs_outside_of_the_repository(installed: Environment) -> None:
    explain = "retention explain --retention '{last: 3, weekly: 2}' --every 1d --for 30d --timezone UTC"

    assert installed.run("snapkeep", "--version") == f"snapkeep {VERSION}\n"
    assert (installed.folder / "bin" / "kubectl-snapkeep").exists()
    assert "keep 3 points:" in installed.run("snapkeep", *shlex.split(explain))


def test_every_module_imports_with_the_declared_packages_alone(installed: Environment) -> None:
    paths = installed.run("python", "-c", IMPORT_ALL).split()

    assert [path for path in paths if not path.startswith(str(installed.folder))] == []


def test_every_import_is_of_a_declared_package(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (metadata,) = tmp_path.glob("snapkeep-*.dist-info/METADATA")
    names = {canonicalize_name(each.name) for each in declared(metadata.read_text())}
    owners = packages_distributions()
    foreign = {
        name
        for path in tmp_path.rglob("*.py")
        for name in imported(path)
        if name not in OURS and name not in sys.stdlib_module_names
    }

    assert {"boto3", "typer"} <= foreign
    assert [
        name for name in foreign if not names & {canonicalize_name(owner) for owner in owners[name]}
    ] == []


def test_the_locked_packages_are_new_enough(installed: Environment) -> None:
    (metadata,) = installed.packages.glob("snapkeep-*.dist-info/METADATA")
    asked = declared(metadata.read_text())

    assert [str(each) for each in asked if not each.specifier.contains(distribution(each.name).version)] == []
    assert [str(each) for each in asked if not each.specifier] == []


def test_an_installer_makes_a_command_that_works_alone(command: Path, tmp_path: Path) -> None:
    assert type_alone(command, tmp_path, "--version").stdout == f"snapkeep {VERSION}\n"
    assert "SNAPKEEP" in type_alone(command, tmp_path, "cost").stdout
    assert type_alone(command.with_name("kubectl-snapkeep"), tmp_path, "--version").returncode == 0


def test_what_needs_the_config_says_where_it_looked(command: Path, tmp_path: Path) -> None:
    ended = type_alone(command, tmp_path, "plan")

    assert ended.returncode == 2
    assert f"error[no_config]: there is no snapkeep.yaml in {tmp_path}" in ended.stderr


def test_completion_completes(command: Path, tmp_path: Path) -> None:
    assert "_SNAPKEEP_COMPLETE" in type_alone(command, tmp_path, _SNAPKEEP_COMPLETE="source_bash").stdout

    typed = {"_SNAPKEEP_COMPLETE": "complete_bash", "COMP_WORDS": "snapkeep get ", "COMP_CWORD": "2"}
    assert {"points", "restores", "clusters"} <= set(type_alone(command, tmp_path, **typed).stdout.split())


def type_alone(command: Path, folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Type the command in an empty folder, as somebody without a clone and without AWS credentials."""
    return subprocess.run(
        [command, *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONNOUSERSITE": "1", **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def declared(metadata: str) -> list[Requirement]:
    """What the metadata of a wheel says that it needs."""
    lines = metadata.partition("\n\n")[0].splitlines()
    return [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist: ")]


def required(asked: list[Requirement]) -> set[str]:
    """The names of these packages and of all that they need on this machine, without their extras."""
    found: set[str] = set()
    left = [each.name for each in asked]
    while left:
        name = canonicalize_name(left.pop())
        if name not in found:
            found.add(name)
            wanted = (Requirement(text) for text in distribution(name).requires or [])
            left += [each.name for each in wanted if not each.marker or each.marker.evaluate({"extra": ""})]
    return found


def imported(path: Path) -> Iterator[str]:
    """The top-level packages that a module imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _link(name: str, packages: Path) -> None:
    """Make the files of an installed package visible in another environment."""
    found = distribution(name)
    for top in {path.parts[0] for path in found.files or [] if path.parts[0] != ".."}:
        target = packages / top
        if not target.exists() and top != "__pycache__":
            target.symlink_to(Path(str(found.locate_file(top))))


def _pack(name: str, folder: Path) -> None:
    """Make a wheel of an installed package again.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    found = distribution(name)
    lines = (found.read_text("WHEEL") or "").splitlines()
    tags = [line.partition(": ")[2] for line in lines if line.startswith("Tag: ")]
    stem = f"{canonicalize_name(found.name).replace('-', '_')}-{found.version}"
    with zipfile.ZipFile(folder / f"{stem}-{tags[-1]}.whl", "w") as archive:
        for path in found.files or []:
            if ".." not in path.parts and "__pycache__" not in path.parts:
                archive.write(str(found.locate_file(path)), str(path))


def _run(words: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _uv(*arguments: str) -> None:
    subprocess.run([uv.find_uv_bin(), *arguments, "--quiet"], check=True, capture_output=True, text=True)
