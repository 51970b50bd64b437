"""Builds a deployment's zips into `.build/assets`, each only if its inputs changed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.packaging import third_party
from infra.packaging.archive import compile_trees, digest_of, tree_digest, write_zip
from infra.packaging.assets import Asset, Assets
from infra.packaging.target import Target
from snapkeep.deployment import FILE, PACKAGE
from snapkeep.domain.policies import Deployment, to_document

ROOT = Path(__file__).parents[2]
LAYER_MOUNT = "/opt"
HANDLER_MOUNT = "/var/task"
FILESYSTEMS, ENCRYPTION = "filesystems", "encryption"
"""https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html"""


@dataclass(frozen=True)
class Source:
    """What a zip is made of: `fill` puts it into a folder, `inputs` is a digest of all that `fill` reads."""

    name: str
    inputs: str
    fill: Callable[[Path], None]
    mount: str


@dataclass(frozen=True)
class Builder:
    """Builds for one target; `root` is the repository, `folder` keeps zips between builds."""

    target: Target
    root: Path = ROOT
    folder: Path = field(default=ROOT / ".build" / "assets")

    def assets(self, deployment: Deployment) -> Assets:
        """All code of a deployment: three layers, those that only some functions have, and a handler for each
        folder in `lambdas/`.
        """
        paths = sorted(path.parent for path in (self.root / "lambdas").glob("*/handler.py"))
        layers = {
            "third_party": self._packages("third-party", "runtime"),
            "common": self._sources("common", self.root / "layers" / "common", LAYER_MOUNT),
            "deployment": self._deployment(deployment),
        }
        optional = {FILESYSTEMS: self._filesystems()} if deployment.checks or deployment.files else {}
        optional |= {ENCRYPTION: self._packages(ENCRYPTION)} if deployment.secrets_keys else {}
        handlers = {path.name: self._sources(path.name, path, HANDLER_MOUNT) for path in paths}
        built = iter(self._build([*layers.values(), *optional.values(), *handlers.values()]))
        return Assets(
            layers={name: next(built) for name in layers},
            optional_layers={name: next(built) for name in optional},
            handlers={name: next(built) for name in handlers},
        )

    def _packages(self, name: str, group: str = "") -> Source:
        """The packages of a lock, which is named like the layer unless its group is."""
        lock = self.root / f"requirements-{group or name}.lock"

        def fill(tree: Path) -> None:
            third_party.install(lock, self.target, tree / "python")

        inputs = digest_of(tree_digest(lock), self.target.platform)
        return Source(name, inputs, fill, LAYER_MOUNT)

    def _filesystems(self) -> Source:
        """Our package that reads file systems, its libraries, and the notice that names them."""
        lock, source = self.root / "requirements-filesystems.lock", self.root / "layers" / "filesystems"

        def fill(tree: Path) -> None:
            third_party.install(lock, self.target, tree / "python")
            _copy(source, tree)

        inputs = digest_of(tree_digest(lock), tree_digest(source), self.target.platform)
        return Source(FILESYSTEMS, inputs, fill, LAYER_MOUNT)

    def _sources(self, name: str, source: Path, mount: str) -> Source:
        def fill(tree: Path) -> None:
            _copy(source, tree)

        return Source(name.replace("_", "-"), tree_digest(source), fill, mount)

    def _deployment(self, deployment: Deployment) -> Source:
        document = json.dumps(to_document(deployment), indent=2, sort_keys=True)

        def fill(tree: Path) -> None:
            package = tree / "python" / PACKAGE
            package.mkdir(parents=True)
            (package / "__init__.py").write_text("")
            (package / FILE).write_text(document)

        return Source("deployment", digest_of(document), fill, LAYER_MOUNT)

    def _build(self, sources: Sequence[Source]) -> list[Asset]:
        """The zips of the sources, compiled; those of the last build are reused if their inputs are equal."""
        recipe = _recipe()
        assets = [self._asset(source, recipe) for source in sources]
        missing = [pair for pair in zip(sources, assets, strict=True) if not pair[1].path.exists()]
        if not missing:
            return assets
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="build-") as scratch:
            mounts: dict[Path, str] = {}
            for source, _ in missing:
                tree = Path(scratch) / source.name
                tree.mkdir()
                source.fill(tree)
                mounts[tree] = source.mount
            if self.target.compiler:
                compile_trees(mounts, self.target.compiler)
            for tree, (_, asset) in zip(mounts, missing, strict=True):
                zipped = Path(scratch) / asset.path.name
                write_zip(tree, zipped)
                zipped.replace(asset.path)
        return assets

    def _asset(self, source: Source, recipe: str) -> Asset:
        compiler = self.target.compiler
        digest = digest_of(source.inputs, self.target.runtime, recipe, "compiled" if compiler else "sources")
        name = f"{source.name}-{self.target.runtime}-{self.target.architecture}-{digest[:16]}.zip"
        return Asset(self.folder / name, digest, "" if compiler else _without_bytecode(self.target))


def _copy(source: Path, tree: Path) -> None:
    shutil.copytree(source, tree, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)


def _recipe() -> str:
    """A digest of the build code: assets are rebuilt when it changes."""
    return tree_digest(Path(__file__).parent)


def _without_bytecode(target: Target) -> str:
    # Measured: a function's imports take 1.4 s of CPU without bytecode and 0.4 s with it, and 512 MiB of
    # memory buy less than a third of a CPU.
    return (
        f"no Python {target.python_version} on this machine, so the zips carry no bytecode and every cold "
        f"start takes about 3 s longer; install Python {target.python_version} (or put it on PATH) and "
        "synthesize again"
    )
