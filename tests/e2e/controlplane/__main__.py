"""Runs a real control plane until SIGTERM; takes and writes what `python -m sandbox.kubernetes` does."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from sandbox.aws.control import AwsControl
from sandbox.driver.machines import Machines
from sandbox.kubernetes.eks_access import EksAccess
from tests.e2e.building.programs import DEFAULT, Programs, build
from tests.e2e.controlplane.api_server import ApiServer, start_api_server
from tests.e2e.controlplane.controllers import start_controllers, start_csi
from tests.e2e.controlplane.controls import Controls
from tests.e2e.controlplane.kubelets import Kubelets
from tests.e2e.controlplane.processes import Processes
from tests.e2e.controlplane.tokens import TokenReviews

MINOR = "SNAPKEEP_E2E_KUBERNETES"
"""The variable that names the Kubernetes minor to run."""


@dataclass(frozen=True)
class Options:
    """Where its files go, where AWS is, and what the cluster is called."""

    folder: Path
    aws: str
    cluster: str
    region: str


def main() -> None:
    """Start everything, announce it, wait for SIGTERM, end everything."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    options = _options()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    processes = Processes(options.folder)
    try:
        _announce(options, *_start(build(os.environ.get(MINOR, DEFAULT)), processes, options))
        stopping.wait()
    finally:
        processes.stop()


def _start(programs: Programs, processes: Processes, options: Options) -> tuple[ApiServer, Controls]:
    reviews = TokenReviews(EksAccess(options.aws, options.cluster, options.region))
    server = start_api_server(programs, processes, name=options.cluster, webhook=reviews.url)
    start_controllers(programs, processes, server)
    start_csi(programs, processes, server, cluster=options.cluster, region=options.region, aws=options.aws)
    kubelets = Kubelets(server.store, Machines(AwsControl(options.aws, timeout=5).instances))
    kubelets.start()
    client: Any = boto3.Session("test", "test", region_name=options.region).client
    ec2 = client("ec2", endpoint_url=options.aws)
    return server, Controls(server, ec2, kubelets, processes, options.cluster, options.region)


def _announce(options: Options, server: ApiServer, controls: Controls) -> None:
    ready = {
        "url": server.url,
        "plain_url": "",
        "control_url": controls.url,
        "ca": str(server.authority),
        "admin_token": str(options.folder / "admin-token"),
        "kubeconfig": str(server.kubeconfig),
        "audit": str(server.audit),
    }
    half = options.folder / "ready.json.new"
    half.write_text(json.dumps(ready, indent=2))
    half.replace(options.folder / "ready.json")


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.controlplane", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where CA, kubeconfig and ready.json go")
    parser.add_argument("--aws-endpoint", required=True, help="the sandbox's AWS: STS, EKS and EC2")
    parser.add_argument("--cluster-name", default="myeks")
    parser.add_argument("--region", default="ap-northeast-2")
    given = parser.parse_args()
    return Options(given.folder.resolve(), given.aws_endpoint, given.cluster_name, given.region)


if __name__ == "__main__":
    main()
