"""Which programs make a control plane, and where they are kept once they are built.

Each Kubernetes minor has a folder of two Go modules: `kube` (Kubernetes and etcd) and `csi` (the snapshot
controller, the sidecars and the EBS CSI driver; one module, so that client-go is compiled once for all of
them). Their go.mod and go.sum name every source by its hash. The programs are kept outside of the checkout,
under a key of both files, the Go version and the flags, so that a second run and another checkout find them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.building.toolchain import FLAGS, BuildError, Go, find_go

__all__ = ["DEFAULT", "BuildError", "Programs", "build", "minors"]

MODULES = Path(__file__).resolve().parents[1] / "programs"
DEFAULT = "1.36"
UNUSED_SECONDS = 30 * 24 * 3600
"""Programs that nobody used for so long are removed after the next build."""

_CSI = "github.com/kubernetes-csi"
_SNAPSHOTTER = f"{_CSI}/external-snapshotter/client/v8"


@dataclass(frozen=True)
class Programs:
    """Built programs: `folder` holds them by name, and `crd` the snapshot CRDs; `minor` is Kubernetes'."""

    folder: Path
    minor: str

    def path(self, name: str) -> str:
        """The path of a program. BuildError names it when it is not there."""
        found = self.folder / name
        if not found.exists():
            raise BuildError(f"{found} is missing: delete {self.folder} and build again")
        return str(found)

    @property
    def crds(self) -> Path:
        """The folder with the CustomResourceDefinitions of snapshots."""
        return self.folder / "crd"


def minors() -> list[str]:
    """The Kubernetes minors that can be built."""
    return sorted(each.name for each in MODULES.iterdir() if each.is_dir())


def build(minor: str = DEFAULT) -> Programs:
    """The programs of a Kubernetes minor, from the cache or built now (ten minutes on two cores).

    BuildError when the minor has no modules, Go is missing, or something does not compile.
    """
    if minor not in minors():
        raise BuildError(f"no modules for Kubernetes {minor}; there are {', '.join(minors())}")
    modules = {name: MODULES / minor / name for name in ("kube", "csi")}
    with _lock():
        go = find_go(modules.values())
        place = _cache() / f"{minor}-{_key(modules, go)}"
        if not place.exists():
            _build_into(place, modules, go, minor)
        os.utime(place)
    return Programs(place, minor)


def _build_into(place: Path, modules: Mapping[str, Path], go: Go, minor: str) -> None:
    """Build everything beside `place` and move it there as a whole."""
    print(f"building Kubernetes {minor} with {go.version} into {place}", flush=True)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=place.parent))
    try:
        for name, module in modules.items():
            with _timed(name):
                _compile(go, module, half)
        for made, wanted in (("server", "etcd"), ("cmd", "aws-ebs-csi-driver")):
            (half / made).rename(half / wanted)
        _copy_crds(go, modules["csi"], half / "crd")
        half.rename(place)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    _forget_unused(place)


def _compile(go: Go, module: Path, out: Path) -> None:
    """All tools of a module in one go, each named by the last part of its path."""
    tools = go.run(module, "list", "-f", "{{.ImportPath}}", "tool").splitlines()
    command = [str(go.command), "build", "-ldflags", _link_flags(module), "-o", f"{out}{os.sep}", *tools]
    if subprocess.run(command, cwd=module, env=go.environment()).returncode:
        raise BuildError(f"the tools of {module} do not build; the compiler's words are above")


def _link_flags(module: Path) -> str:
    """No symbols; and Kubernetes' own version, which its API server reports and its clients compare."""
    found = re.search(
        r"^\s*k8s\.io/kubernetes (v1\.(\d+)\.\S+)", (module / "go.mod").read_text(), re.MULTILINE
    )
    if not found:
        return "-s -w"
    values = {"gitVersion": found[1], "gitMajor": "1", "gitMinor": found[2]}
    said = (f"-X k8s.io/component-base/version.{name}={value}" for name, value in values.items())
    return " ".join(("-s -w", *said))


def _copy_crds(go: Go, module: Path, out: Path) -> None:
    go.run(module, "mod", "download", _SNAPSHOTTER)
    source = Path(go.run(module, "list", "-m", "-f", "{{.Dir}}", _SNAPSHOTTER)) / "config" / "crd"
    out.mkdir()
    for path in source.glob("snapshot.storage.k8s.io_*.yaml"):
        (out / path.name).write_bytes(path.read_bytes())


def _key(modules: Mapping[str, Path], go: Go) -> str:
    """What decides about the programs: sources by their hashes, Go, and flags."""
    digest = hashlib.sha256(f"{go.version} {FLAGS}".encode())
    for module in modules.values():
        for name in ("go.mod", "go.sum"):
            digest.update((module / name).read_bytes())
    return digest.hexdigest()[:16]


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "snapkeep" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _lock() -> Iterator[None]:
    """One build at a time: a second one waits and finds the programs."""
    with (_cache() / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another build goes on: waiting for its end", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _timed(what: str) -> Iterator[None]:
    start, used = time.monotonic(), _cpu_seconds()
    yield
    wall, cpu = time.monotonic() - start, _cpu_seconds() - used
    print(f"  {what}: {cpu / 60:.1f} minutes of CPU, {wall / 60:.1f} minutes", flush=True)


def _cpu_seconds() -> float:
    """What this process's children used so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _forget_unused(newest: Path) -> None:
    for each in newest.parent.iterdir():
        unused = time.time() - each.stat().st_mtime > UNUSED_SECONDS
        if each.is_dir() and unused:
            shutil.rmtree(each, ignore_errors=True)
