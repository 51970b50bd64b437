"""One running cluster: store, API, listeners and controllers, and the files that describe how to reach it."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.authentication import Authenticator, real_now
from sandbox.kubernetes.bootstrap import fill, install_snapshot_crds
from sandbox.kubernetes.certificates import write_certificates
from sandbox.kubernetes.controllers import Controllers
from sandbox.kubernetes.discovery import is_served
from sandbox.kubernetes.eks_access import EksAccess
from sandbox.kubernetes.faults import Fault
from sandbox.kubernetes.http_server import Listener
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import Store

Answer = dict[str, Any]

_UNREACHABLE = ("", "refuse", "hang")


@dataclass(frozen=True)
class Settings:
    """How to start a cluster. Port 0 picks a free one. `plain_port` None omits the listener that treats
    everybody as the admin. Without `aws_endpoint` only the admin token is accepted."""

    folder: Path
    name: str = "myeks"
    region: str = "ap-northeast-2"
    aws_endpoint: str = ""
    port: int = 0
    plain_port: int | None = None


class ClusterServer:
    """A cluster that serves from its creation until `stop`; more `controls` may be added."""

    def __init__(self, settings: Settings, store: Store | None = None) -> None:
        self.settings = settings
        self.store = store or Store()
        self.admin_token = secrets.token_urlsafe(32)
        fill(self.store)
        self._controllers = Controllers(self.store)
        self._api = Api(self.store, Authenticator(self.admin_token, _access(settings)))
        settings.folder.mkdir(parents=True, exist_ok=True)
        self._files = write_certificates(settings.folder, real_now())
        self._secure = Listener(self._api, settings.port, self._files.server)
        self._plain = Listener(self._api, settings.plain_port) if settings.plain_port is not None else None
        self.controls = self._api.controls
        self.controls.update(faults=self._faults, traffic=self._traffic)

    @property
    def url(self) -> str:
        """The HTTPS endpoint."""
        return self._secure.url

    @property
    def plain_url(self) -> str:
        """The plain HTTP endpoint that treats everybody as admin, or nothing."""
        return self._plain.url if self._plain else ""

    @property
    def certificate_authority(self) -> Path:
        """The PEM file to trust; its base64 is `certificateAuthority.data` of DescribeCluster."""
        return self._files.authority

    @property
    def kubeconfig(self) -> Path:
        """The admin's kubeconfig, ready for kubectl."""
        return self.settings.folder / "kubeconfig"

    def start(self) -> None:
        """Start serving, and write the kubeconfig into the folder."""
        self._controllers.start()
        for listener in filter(None, (self._secure, self._plain)):
            listener.start()
        self._write_private(self.kubeconfig, json.dumps(self._kubeconfig(), indent=2))
        self._write_private(self.settings.folder / "admin-token", self.admin_token)

    def announce(self) -> None:
        """Write `ready.json`, which says where everything is."""
        ready = {
            "url": self.url,
            "plain_url": self.plain_url,
            "ca": str(self.certificate_authority),
            "admin_token": str(self.settings.folder / "admin-token"),
            "kubeconfig": str(self.kubeconfig),
        }
        half = self.settings.folder / "ready.json.new"
        half.write_text(json.dumps(ready, indent=2))
        half.replace(self.settings.folder / "ready.json")

    def stop(self) -> None:
        """End watches, listeners and controllers."""
        self._api.stopping.set()
        with self.store.changed:
            self.store.changed.notify_all()
        for listener in filter(None, (self._secure, self._plain)):
            listener.stop()
        self._controllers.stop()

    def _faults(self, wanted: Answer) -> Answer:
        """Arm, clear or switch faults: `arm` (a Fault), `clear`, `unreachable`, `snapshot_crds`,
        `expire_continue_tokens`. Return the resulting state."""
        faults = self._api.faults
        if wanted.get("clear"):
            faults.clear()
            install_snapshot_crds(self.store, True)
        if "arm" in wanted:
            faults.arm(Fault(**wanted["arm"]))
        if "unreachable" in wanted:
            if wanted["unreachable"] not in _UNREACHABLE:
                raise ValueError(f"unreachable is {wanted['unreachable']!r}: use one of {_UNREACHABLE}")
            faults.unreachable = wanted["unreachable"]
        if "snapshot_crds" in wanted:
            install_snapshot_crds(self.store, bool(wanted["snapshot_crds"]))
        if wanted.get("expire_continue_tokens"):
            self._api.pages.expire()
        return {
            "armed": [asdict(fault) for fault in faults.armed()],
            "unreachable": faults.unreachable,
            "snapshot_crds": is_served(self.store, RESOURCES["volumesnapshots"]),
        }

    def _traffic(self, wanted: Answer) -> Answer:
        """Return the figures so far; `reset` then starts again from zero."""
        figures = self._api.traffic.figures()
        if wanted.get("reset"):
            self._api.traffic.reset()
        return figures

    def _kubeconfig(self) -> Answer:
        name = self.settings.name
        authority = base64.b64encode(self.certificate_authority.read_bytes()).decode()
        cluster = {"server": self.url, "certificate-authority-data": authority}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self.admin_token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "admin"}}],
            "current-context": name,
        }

    def _write_private(self, path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text)


def _access(settings: Settings) -> EksAccess | None:
    if not settings.aws_endpoint:
        return None
    return EksAccess(settings.aws_endpoint, settings.name, settings.region)
