"""Builds a deployment's zips into `.build/assets`, each only if its inputs changed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.packaging import third_party
from infra.packaging.archive import compile_tree, digest_of, tree_digest, write_zip
from infra.packaging.assets import Asset, Assets
from infra.packaging.target import Target
from snapkeep.deployment import FILE, PACKAGE
from snapkeep.domain.policies import Deployment, to_document

ROOT = Path(__file__).parents[2]
LAYER_MOUNT = "/opt"
HANDLER_MOUNT = "/var/task"
"""https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html"""


@dataclass(frozen=True)
class Builder:
    """Builds for one target; `root` is the repository, `folder` keeps zips between builds."""

    target: Target
    root: Path = ROOT
    folder: Path = field(default=ROOT / ".build" / "assets")

    def assets(self, deployment: Deployment) -> Assets:
        """All code of a deployment: three layers, and a handler for each folder in `lambdas/`."""
        handlers = sorted(path.parent for path in (self.root / "lambdas").glob("*/handler.py"))
        return Assets(
            layers={
                "third_party": self._third_party(),
                "common": self._sources("common", self.root / "layers" / "common", LAYER_MOUNT),
                "deployment": self._deployment(deployment),
            },
            handlers={path.name: self._sources(path.name, path, HANDLER_MOUNT) for path in handlers},
        )

    def _third_party(self) -> Asset:
        lock = self.root / "requirements-runtime.lock"

        def fill(tree: Path) -> None:
            third_party.install(lock, self.target, tree / "python")

        inputs = digest_of(tree_digest(lock), self.target.platform)
        return self._build("third-party", inputs, fill, LAYER_MOUNT)

    def _sources(self, name: str, source: Path, mount: str) -> Asset:
        def fill(tree: Path) -> None:
            shutil.copytree(source, tree, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)

        return self._build(name.replace("_", "-"), tree_digest(source), fill, mount)

    def _deployment(self, deployment: Deployment) -> Asset:
        document = json.dumps(to_document(deployment), indent=2, sort_keys=True)

        def fill(tree: Path) -> None:
            package = tree / "python" / PACKAGE
            package.mkdir(parents=True)
            (package / "__init__.py").write_text("")
            (package / FILE).write_text(document)

        return self._build("deployment", digest_of(document), fill, LAYER_MOUNT)

    def _build(self, name: str, inputs: str, fill: Callable[[Path], None], mount: str) -> Asset:
        """The zip of what `fill` puts into a folder, compiled; reused from the last build if inputs are
        equal."""
        compiler = self.target.compiler
        digest = digest_of(inputs, self.target.runtime, _recipe(), "compiled" if compiler else "sources")
        path = self.folder / f"{name}-{self.target.runtime}-{self.target.architecture}-{digest[:16]}.zip"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=f"{name}-") as scratch:
                tree = Path(scratch) / "tree"
                tree.mkdir()
                fill(tree)
                if compiler:
                    compile_tree(tree, compiler, mount)
                zipped = Path(scratch) / path.name
                write_zip(tree, zipped)
                zipped.replace(path)
        return Asset(path, digest, "" if compiler else _without_bytecode(self.target))


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
