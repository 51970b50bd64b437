"""Build the app with the functions that look into points, or without those if their libraries are missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.demo import build
from sandbox.demo.lost_region.configs import with_places
from sandbox.demo.steps import DemoError

LOCK = "requirements-filesystems.lock"


@dataclass(frozen=True, slots=True)
class Built:
    """The assembly, and whether its functions look into points."""

    assembly: Path
    looks: bool


def print_manifests(config: Path, folder: Path, cluster: str, limit: float) -> str:
    """What `snapkeep manifests` prints for a cluster of the home Region. DemoError after `limit` seconds."""
    return build.manifests(with_places(config, folder / "printed.yaml"), cluster, limit)


def build_home(config: Path, folder: Path, limit: float) -> Built:
    """Synthesize the app of the home Region. DemoError after `limit` seconds, or if anything is wrong except
    that this Python has no wheel of libfsext or libfsxfs.
    """
    out = folder / "cdk.out"
    try:
        return Built(build.synthesize(with_places(config, folder / "home.yaml"), out, limit), looks=True)
    except DemoError as error:
        if LOCK not in error.reason:
            raise
    without = with_places(config, folder / "home-without-checks.yaml", looks=False)
    return Built(build.synthesize(without, out, limit), looks=False)
