"""AWS's runtime interface emulator and runtime client: a function runs as Lambda runs it, without Docker.

https://github.com/aws/aws-lambda-runtime-interface-emulator
https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.packaging.build import ROOT

EMULATOR = ROOT / ".venv" / "emulator"
PROCESSORS = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
START_SECONDS = 30


class Environment:
    """One execution environment that is served by the emulator."""

    def __init__(self, port: int, log: Path) -> None:
        self._url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self._log = log

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """What the function answers; an error is `errorType`, `errorMessage` and `stackTrace`."""
        request = urllib.request.Request(self._url, json.dumps(event).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                with opener.open(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.URLError as error:
                if time.monotonic() > end:
                    raise AssertionError(f"no emulator answers: {error}\n{self.log()}") from error
                time.sleep(0.05)

    def log(self) -> str:
        """What the function and the emulator wrote."""
        return self._log.read_text(errors="replace")


@contextmanager
def execution_environment(
    folder: Path, code: Path, layers: Sequence[Path], handler: str, variables: Mapping[str, str]
) -> Iterator[Environment]:
    """A function unpacked from its zips, with no environment but its own and no package but its layers'."""
    task, opt = folder / "task", folder / "opt"
    for zipped, place in [(code, task), *((layer, opt) for layer in layers)]:
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(place)
    rie = EMULATOR / "samcli/local/rapid" / f"aws-lambda-rie-{PROCESSORS[platform.machine().lower()]}"
    serving, runtime = _free_port(), _free_port()
    command = [str(rie), "--runtime-interface-emulator-address", f"127.0.0.1:{serving}"]
    command += ["--runtime-api-address", f"127.0.0.1:{runtime}"]
    command += [sys.executable, "-S", "-m", "awslambdaric", handler]
    clean = {
        **variables,
        "HOME": str(folder),
        "LAMBDA_TASK_ROOT": str(task),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(_runtime_client(folder)), str(task), str(opt / "python")]),
        "_HANDLER": handler,
    }
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=task, env=clean, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Environment(serving, log)
    finally:
        process.kill()
        process.wait()


def _runtime_client(folder: Path) -> Path:
    """The runtime client alone: what else lies beside it must not help a function that lacks a module."""
    place = folder / "runtime"
    place.mkdir()
    for name in ("awslambdaric", "simplejson", "snapshot_restore_py.py"):
        (place / name).symlink_to(EMULATOR / name)
    for extension in EMULATOR.glob("runtime_client*.so"):
        (place / extension.name).symlink_to(extension)
    return place


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
