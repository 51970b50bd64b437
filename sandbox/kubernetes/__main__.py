"""Runs one sandbox cluster until SIGTERM: `python -m sandbox.kubernetes --folder DIR --aws-endpoint URL`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

import boto3

from sandbox import lab
from sandbox.driver import Driver, start
from sandbox.kubernetes.cluster import ClusterServer, Settings


def main(arguments: list[str] | None = None) -> None:
    """Start the cluster and, given an AWS endpoint, the driver's controllers; write `ready.json`; wait."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = _settings(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    server = ClusterServer(settings)
    server.start()
    driver = _start_driver(server)
    server.announce()
    stopping.wait()
    if driver is not None:
        driver.stop()
    server.stop()


def _settings(arguments: list[str] | None) -> Settings:
    parser = argparse.ArgumentParser(prog="python -m sandbox.kubernetes", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="folder for CA, kubeconfig and ready.json")
    parser.add_argument("--port", type=int, default=0, help="HTTPS port; 0 picks a free one")
    parser.add_argument(
        "--plain-http-port", type=int, help="also serve plain HTTP here, with every caller as admin"
    )
    parser.add_argument("--aws-endpoint", default="", help="URL of the sandbox's AWS: STS, EKS and EC2")
    parser.add_argument("--cluster-name", default="myeks", help="name of the EKS cluster")
    parser.add_argument("--region", default="ap-northeast-2", help="its AWS Region")
    given = parser.parse_args(arguments)
    return Settings(
        given.folder,
        given.cluster_name,
        given.region,
        given.aws_endpoint,
        given.port,
        given.plain_http_port,
    )


def _start_driver(server: ClusterServer) -> Driver | None:
    """Start the EBS CSI driver, the workload controllers and the lab's control; none of them without AWS."""
    settings = server.settings
    if not settings.aws_endpoint:
        return None
    key = os.environ.get("AWS_ACCESS_KEY_ID", "test")
    secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "test")
    driver = start(
        server.store,
        cluster_name=settings.name,
        region=settings.region,
        aws_endpoint=settings.aws_endpoint,
        access_key=key,
        secret_key=secret,
    )
    client: Any = boto3.Session(key, secret, region_name=settings.region).client
    ec2 = client("ec2", endpoint_url=settings.aws_endpoint)
    server.controls.update(
        driver.controls, lab=lab.control(server.store, ec2, settings.name, settings.region)
    )
    return driver


if __name__ == "__main__":
    main()
