"""Run our own commands as a user would: each in its own process, reading nothing but its output."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.demo.steps import DemoError
from snapkeep.domain.policies import Deployment, from_document

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 180
"""A command that takes longer is stuck; a first build takes well under a minute on two busy cores."""

_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def synthesize(config: Path, out: Path, limit: float = SECONDS, **settings: str) -> Path:
    """Build the layers and synthesize the app for this machine's Python and processor; returns `out`.

    Raises DemoError after `limit` seconds, as do the other commands here.

    By default the sandbox's app differs from the one deployed to AWS in two settings only: runtime and
    architecture. `make synth` takes care of CDK's template validation, which would take most of the time
    here.
    """
    environment = {
        "CDK_CONTEXT_JSON": json.dumps(context_for(config, **settings)),
        "CDK_OUTDIR": str(out),
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    _run([sys.executable, "app.py"], environment, limit)
    return out


def context_for(config: Path, **settings: str) -> dict[str, str]:
    """The settings that synthesize the app for this machine."""
    return {
        "config": str(config),
        "runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "architecture": _ARCHITECTURES.get(platform.machine().lower(), platform.machine()),
        **settings,
    }


def deployment_of(config: Path, limit: float = SECONDS) -> Deployment:
    """The deployment that a config file describes, as `python -m snapkeep_cli.config` prints it."""
    return from_document(
        json.loads(_run([sys.executable, "-m", "snapkeep_cli.config", str(config)], {}, limit))
    )


def manifests(config: Path, cluster: str, limit: float = SECONDS) -> str:
    """What `snapkeep manifests` prints for the cluster: a YAML stream."""
    command = [
        sys.executable,
        "-m",
        "snapkeep_cli.main",
        "manifests",
        "--cluster",
        cluster,
        "--config",
        str(config),
    ]
    return _run(command, {}, limit)


def _run(command: Sequence[str], settings: Mapping[str, str], limit: float) -> str:
    """The command's standard output, run in the project's root; DemoError carries its last words."""
    shown = " ".join(["python", *command[1:]])
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"`{shown}` did not end within {limit:g} s", f"Run `{shown}` to see why.") from error
    if done.returncode:
        words = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise DemoError(
            f"`{shown}` ended with code {done.returncode}:\n{words}", "Mend what it names, and run again."
        )
    return done.stdout
