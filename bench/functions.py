"""Each function's cost before its first line of work: CPU and memory of a cold import, and its zip.

Every start has a fresh interpreter that sees what AWS would mount: the function's zip and the layers, with
compiled files, and no package of this environment. It starts as Lambda starts it, so that a function also
builds what it builds before its first event. Beside them a function as it is usually written, which only
imports boto3, the whole Kubernetes client and Powertools, in the same versions but from this environment.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from statistics import median

from bench.figures import Figure
from infra.packaging.build import ROOT, Builder
from infra.packaging.target import Target
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.vault.vault import Vault
from snapkeep.settings import PREFIX, Settings

ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
ROUNDS = 7
OF_NAIVE_ALLOWED = {"api": 1.0, "handle_interruption": 0.5}
OF_NAIVE_ALLOWED_OTHERS = 0.85
"""The goal for handle_interruption is 0.3. Decision 0011 says why it may cost more."""
MIB_ALLOWED = 256
"""Half of the smallest function's memory."""

NAIVE = """
import boto3, kubernetes
from aws_lambda_powertools import Logger, Metrics, Tracer
"""

START = """
import time
began = time.process_time()
import json, re, sys
from pathlib import Path
sys.path[0:0] = sys.argv[2:]
exec(sys.argv[1])
cpu = time.process_time() - began
status = Path("/proc/self/status")  # getrusage would tell of the process that started this one, too
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(json.dumps({"cpu_s": cpu, "mib": int(peak[1]) / 2**10 if peak else 0, "modules": len(sys.modules)}))
"""
"""Runs the code in its first argument with the others on the path, and prints its cost (memory on Linux
only)."""


def figures() -> Iterator[Figure]:
    """The naive function and all of ours, in turns, so that a busy machine affects all of them."""
    target = Target(f"python3.{sys.version_info.minor}", ARCHITECTURES[platform.machine().lower()])
    vault = Vault("us-east-1", "arn:aws:kms:us-east-1:111122223333:key/1", ())
    assets = Builder(target).assets(Deployment((Cluster("bench", "us-east-1"),), (), vault=vault))
    with tempfile.TemporaryDirectory() as scratch:
        layers = [str(unpacked(layer.path, Path(scratch)) / "python") for layer in assets.layers.values()]
        zips = {name: asset.path for name, asset in assets.handlers.items()}
        folders = {name: str(unpacked(path, Path(scratch))) for name, path in zips.items()}
        commands = {"naive": [NAIVE, sysconfig.get_path("purelib")]}
        commands |= {name: ["import handler", folder, *layers] for name, folder in folders.items()}
        for command in commands.values():
            start(command)  # warm up: the machine reads files from disk for the first time
        rounds = [{name: start(command) for name, command in commands.items()} for _ in range(ROUNDS)]
    usual = median(each["naive"]["cpu_s"] for each in rounds)
    for name in commands:
        cpu = median(each[name]["cpu_s"] for each in rounds)
        values = {
            "cpu_s": round(cpu, 3),
            "of_naive": round(cpu / usual, 2),
            "mib": round(max(each[name]["mib"] for each in rounds)),
            "modules": rounds[0][name]["modules"],
        }
        if name in zips:
            values["zip_kib"] = round(zips[name].stat().st_size / 2**10, 1)
        limits = {"of_naive": OF_NAIVE_ALLOWED.get(name, OF_NAIVE_ALLOWED_OTHERS), "mib": MIB_ALLOWED}
        yield Figure(name, values, limits if name in zips else {})
    for name, layer in assets.layers.items():
        yield Figure(f"layer {name}", {"zip_kib": round(layer.path.stat().st_size / 2**10, 1)})


def start(command: Sequence[str]) -> dict[str, float]:
    """What one start reports: CPU seconds, peak MiB, modules. CalledProcessError if it failed."""
    isolated = [sys.executable, "-I", "-S", "-c", START, *command]
    done = subprocess.run(isolated, env=environment(), check=True, capture_output=True, text=True)
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


def environment() -> dict[str, str]:
    """Lambda's environment, as far as a start needs it, with every setting that one of the functions has."""
    regions = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
    names = [field.name for kind in Settings.__subclasses__() for field in fields(kind)]
    return {
        "PATH": os.defpath,
        "HOME": str(ROOT),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        **regions,
        **keys,
        **{PREFIX + name.upper(): "https://example.test/setting" for name in names},
    }


def unpacked(zipped: Path, folder: Path) -> Path:
    """A folder with the content of a zip."""
    tree = folder / zipped.stem
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(tree)
    return tree
