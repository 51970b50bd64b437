"""Start the whole sandbox: AWS and, beside it, the cluster."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3

from sandbox.aws.control import AwsControl
from sandbox.child import Child, SandboxError

__all__ = ["Sandbox", "SandboxError"]

ADMIN_KEY = "test"
"""The key ministack takes for the account's root; the sandbox's administrator."""
ROOT = Path(__file__).resolve().parents[1]


class Sandbox:
    """A running sandbox. A context manager; `stop` may be called at any time, and twice.

    `aws_url`, `region`, `account`; `kubernetes_url` and `kubeconfig` once the cluster serves; `work` is the
    folder with logs and scratch files, removed at the end unless it was given.
    """

    def __init__(
        self, work: Path | None = None, *, cluster: str = "myeks", start_limit: float = 60.0
    ) -> None:
        self.cluster = cluster
        self.aws_url = self.region = self.account = self.kubernetes_url = ""
        self.kubeconfig: Path | None = None
        self._given_work = work
        self._limit = start_limit
        self._children: list[Child] = []

    def start(self) -> "Sandbox":
        """Start every process and wait until all serve. SandboxError with the end of the log when one does
        not.
        """
        self.work = self._given_work or Path(tempfile.mkdtemp(prefix="snapkeep-sandbox-"))
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            aws = self._start_child("aws", "sandbox.aws", "--work", str(self.work / "aws"))
            self.aws_url, self.region, self.account = aws["endpoint"], aws["region"], aws["account"]
            if importlib.util.find_spec("sandbox.kubernetes.__main__"):
                self._start_cluster()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End every process and remove the work folder, unless it was given."""
        while self._children:
            self._children.pop().stop()
        if self._given_work is None and hasattr(self, "work"):
            shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def aws(self) -> AwsControl:
        """The control endpoint of AWS."""
        return AwsControl(self.aws_url)

    def environment(self) -> dict[str, str]:
        """Return the variables with which any AWS SDK or CLI talks to the sandbox as its administrator."""
        return {
            "AWS_ACCESS_KEY_ID": ADMIN_KEY,
            "AWS_SECRET_ACCESS_KEY": ADMIN_KEY,
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: Any) -> Any:
        """Return a boto3 client of the sandbox's administrator."""
        session: Any = boto3.Session(ADMIN_KEY, ADMIN_KEY, region_name=self.region)
        return session.client(service, endpoint_url=self.aws_url)

    def _start_child(self, name: str, module: str, *arguments: str) -> dict[str, Any]:
        child = Child(name, module, arguments, self.work)
        self._children.append(child)
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        child.start({**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"})
        return child.wait_ready(self._limit)

    def _start_cluster(self) -> None:
        raise SandboxError("the cluster's command line is not settled yet")
