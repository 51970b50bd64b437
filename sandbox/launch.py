"""Start the whole sandbox: AWS and the cluster, each in its own process."""

import base64
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3

from sandbox.aws.control import AwsControl
from sandbox.aws.invoke_url import invoke_url
from sandbox.child import Child, SandboxError

__all__ = ["RunningCluster", "Sandbox", "SandboxError"]

ADMIN_KEY = "test"
"""The access key and secret that ministack treats as the account's root: the administrator here. With the
same secret, an account id as the access key is the root of that account."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class RunningCluster:
    """A cluster of the sandbox: its name and Region, its URL, and the files of its authority (PEM), its
    kubeconfig and its administrator's token.
    """

    name: str
    region: str
    url: str
    authority: Path
    kubeconfig: Path
    admin_token: Path


class Sandbox:
    """A running sandbox. A context manager; `stop` may be called at any time and more than once.

    `aws_url`, `region` and `account` lead to AWS; `kubernetes_url`, `authority` (PEM file), `kubeconfig` and
    `admin_token` (file) to the cluster. `work` is the folder for logs and scratch files; `stop` removes it
    unless the caller supplied it. `cluster=""` starts no cluster. `cluster_module` is the Python module that
    runs the cluster: it takes the arguments of `python -m sandbox.kubernetes` and writes the same ready.json.
    Each process gets `limit` seconds to start.
    """

    def __init__(
        self,
        work: Path | None = None,
        *,
        cluster: str = "myeks",
        cluster_module: str = "sandbox.kubernetes",
        limit: float = 60.0,
    ) -> None:
        self.cluster = cluster
        self._cluster_module = cluster_module
        self.aws_url = self.region = self.account = self.kubernetes_url = ""
        self.work = self.authority = self.kubeconfig = self.admin_token = Path()
        self._given_work = work
        self._limit = limit
        self._children: list[Child] = []
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._session = boto3.Session()
        self._lock = threading.Lock()

    def start(self) -> "Sandbox":
        """Start every process and wait until all of them serve.

        Raises SandboxError with the end of the log if one does not.
        """
        self.work = (self._given_work or Path(tempfile.mkdtemp(prefix="snapkeep-sandbox-"))).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            self._start_aws()
            if self.cluster:
                self._start_home_cluster()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End every process, and remove the work folder unless the caller supplied it."""
        while self._children:
            self._children.pop().stop()
        if self._given_work is None and self.work != Path():
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
        return self._control

    def environment(self) -> dict[str, str]:
        """Return the variables that point any AWS SDK or CLI at the sandbox, as its administrator."""
        return {
            "AWS_ACCESS_KEY_ID": ADMIN_KEY,
            "AWS_SECRET_ACCESS_KEY": ADMIN_KEY,
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, region: str = "", account: str = "") -> Any:
        """Return an administrator's boto3 client for the service, by default in the sandbox's own Region and
        account; each is made once. Any 12-digit `account` exists.
        """
        place = (service, region or self.region, account or ADMIN_KEY)
        with self._lock:
            if place not in self._clients:
                make: Any = self._session.client
                self._clients[place] = make(
                    *place[:2],
                    endpoint_url=self.aws_url,
                    aws_access_key_id=place[2],
                    aws_secret_access_key=ADMIN_KEY,
                )
            return self._clients[place]

    def start_cluster(self, name: str, region: str = "") -> RunningCluster:
        """Start a cluster of this name in a Region, by default the sandbox's, and register it with EKS."""
        return self.begin_cluster(name, region)()

    def begin_cluster(self, name: str, region: str = "") -> Callable[[], RunningCluster]:
        """Start a cluster's process; what is returned waits until it serves, and registers it with EKS.

        The process ends with the thread that called this (prctl(2), PR_SET_PDEATHSIG).
        """
        region, label = region or self.region, self._label(name)
        folder = self.work / label
        command = [self._cluster_module, "--folder", str(folder), "--aws-endpoint", self.aws_url]
        command += ["--cluster-name", name, "--region", region]
        child = self._begin(label, command, folder / "ready.json")

        def ready() -> RunningCluster:
            said = child.wait_ready(self._limit)
            files = (Path(said[each]) for each in ("ca", "kubeconfig", "admin_token"))
            cluster = RunningCluster(name, region, said["url"], *files)
            authority = base64.b64encode(cluster.authority.read_bytes()).decode()
            self.aws.register_cluster(name, cluster.url, authority, region)
            return cluster

        return ready

    def stop_cluster(self, name: str) -> None:
        """End a cluster without a trace in AWS, as if its Region were lost: EKS still names it."""
        child = next(each for each in self._children if each.name == self._label(name))
        self._children.remove(child)
        child.stop()

    def invoke_url(self, url: str) -> str:
        """Return an API's invoke URL, such as a stack output, in a form that reaches it on this machine."""
        return invoke_url(self.aws_url, url)

    def logs(self) -> dict[str, str]:
        """Return the last lines of each process's log."""
        return {child.name: child.log_tail() for child in self._children}

    def _start_aws(self) -> None:
        ready = self.work / "aws.json"
        command = ["sandbox.aws", "--work", str(self.work / "aws"), "--ready", str(ready)]
        said = self._begin("aws", command, ready).wait_ready(self._limit)
        self.aws_url, self.region, self.account = said["endpoint"], said["region"], said["account"]
        self._control = AwsControl(self.aws_url)

    def _start_home_cluster(self) -> None:
        cluster = self.start_cluster(self.cluster)
        self.kubernetes_url, self.authority = cluster.url, cluster.authority
        self.kubeconfig, self.admin_token = cluster.kubeconfig, cluster.admin_token

    def _label(self, cluster: str) -> str:
        return "cluster" if cluster == self.cluster else f"cluster-{cluster}"

    def _begin(self, name: str, command: Sequence[str], ready: Path) -> Child:
        child = Child(name, command, self.work / f"{name}.log", ready)
        self._children.append(child)
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        child.start({**_inherited(), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"})
        return child


def _inherited() -> dict[str, str]:
    """The environment, minus anything that could lead an SDK to a real account.

    Writing byte code stays enabled: without it every import of ministack takes three seconds.
    """
    unwanted = ("AWS_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
