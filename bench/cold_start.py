"""What a cold start of handle_interruption costs until it can cordon, compared with how such a function is
usually written: boto3's EC2 client, kubernetes 35's CoreV1Api, and Powertools' Logger, Metrics and Tracer.

CPU seconds from the first line to ready clients. Each start has a fresh interpreter and compiled files;
the contestants take turns, so that a busy machine is busy for all of them. The naive one has
its own environment (requirements-naive.lock), because the functions do not use kubernetes 35.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import uv

from bench.figures import Figure
from infra.packaging.build import ROOT, Builder
from infra.packaging.target import this_machine
from sandbox.kubernetes.certificates import write_certificates
from snapkeep.domain.policies import Cluster, Deployment

ROUNDS = 7
OF_NAIVE_ALLOWED = 0.4
CONTESTANTS = Path(__file__).parent / "contestants"
NAIVE = "naive (kubernetes 35)"
OURS = "handle_interruption"
FOLDER = ROOT / ".build" / "cold_start"


def figures() -> Iterator[Figure]:
    """The naive function and ours."""
    commands = {NAIVE: naive(), OURS: ours()}
    for command in commands.values():
        start(command)  # warm up: the machine reads files from disk for the first time
    rounds = [{name: start(command) for name, command in commands.items()} for _ in range(ROUNDS)]
    usual = median(each[NAIVE]["cpu_s"] for each in rounds)
    for name in commands:
        cpu = median(each[name]["cpu_s"] for each in rounds)
        values = {
            "cpu_s": round(cpu, 3),
            "of_naive": round(cpu / usual, 2),
            "modules": rounds[0][name]["modules"],
        }
        yield Figure(name, values, {"of_naive": OF_NAIVE_ALLOWED} if name == OURS else {})


def start(command: Sequence[str]) -> dict[str, float]:
    """What one start reports. CalledProcessError if it failed."""
    done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


def environment() -> dict[str, str]:
    """Lambda's environment, as far as the clients need it."""
    return {
        "PATH": os.defpath,
        "HOME": str(FOLDER),
        "AWS_REGION": "ap-northeast-2",
        "AWS_DEFAULT_REGION": "ap-northeast-2",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    }


def naive() -> list[str]:
    """The command of the naive function; its environment is rebuilt when its lock changed."""
    folder, lock = FOLDER / "naive", ROOT / "requirements-naive.lock"
    made = folder / "made-of.lock"
    python = folder / "bin" / "python"
    if not made.is_file() or made.read_bytes() != lock.read_bytes():
        install = [uv.find_uv_bin(), "--quiet", "--no-config"]
        subprocess.run([*install, "venv", "--clear", "--python", sys.executable, folder], check=True)
        options = ["--require-hashes", "--compile-bytecode", "--python", str(python)]
        subprocess.run([*install, "pip", "sync", *options, str(lock)], check=True)
        made.write_bytes(lock.read_bytes())
    return [str(python), "-I", str(CONTESTANTS / "naive.py"), str(authority())]


def ours() -> list[str]:
    """The command of our function: it sees what AWS would mount, and no package from this environment."""
    deployment = Deployment(clusters=(Cluster("myeks", "ap-northeast-2"),), policies=())
    assets = Builder(this_machine()).assets(deployment)
    paths = [assets.handlers["handle_interruption"].path, *(each.path for each in assets.layers.values())]
    folders = [unpacked(path) for path in paths]
    path = [folders[0], *(folder / "python" for folder in folders[1:])]
    script = str(CONTESTANTS / "ours.py")
    return [sys.executable, "-I", "-S", script, str(authority()), *map(str, path)]


def unpacked(zipped: Path) -> Path:
    """The folder with a zip's content; its name contains a digest, so that an old one is never used."""
    folder = FOLDER / zipped.stem
    if not folder.exists():
        draft = folder.with_suffix(".draft")
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(draft)
        draft.rename(folder)
    return folder


def authority() -> Path:
    """A certificate authority, as DescribeCluster returns it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return write_certificates(FOLDER, datetime.now(UTC)).authority
