"""The API server that everything here rests on is the one asked for, and it dies with its parent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox.demo.build import ROOT
from tests.contract.sandbox_aws.test_launch import is_running, pids_under
from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.api_server import ApiServer
from tests.e2e.controlplane.processes import MEMORY, SCRATCH
from tests.integration.deployed import until

UP = """
import sys, time
from pathlib import Path
from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.api_server import running_api_server
with running_api_server(Programs(Path(sys.argv[1]), "any"), Path(sys.argv[2])):
    print("up", flush=True)
    time.sleep(600)
"""


def test_it_is_of_the_minor_that_was_asked_for(api_server: ApiServer, programs: Programs) -> None:
    version = api_server.store.call("GET", "/version")

    assert f"{version['major']}.{version['minor']}" == programs.minor


def test_no_program_outlives_a_parent_that_was_killed(programs: Programs, tmp_path: Path) -> None:
    command = [sys.executable, "-c", UP, str(programs.folder), str(tmp_path)]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None and parent.stdout.readline() == "up\n"
        children = {*pids_under(tmp_path), *pids_under(MEMORY / f"{SCRATCH}{parent.pid}-")} - {parent.pid}
        assert len(children) == 2, "etcd and kube-apiserver"
    finally:
        parent.kill()
        parent.wait()

    until(lambda: not any(is_running(pid) for pid in children) or None, "its children to die", 30)
