"""The remote control of the control plane, beside its API server: `lab`, `cloud`, `faults` and `ended`."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sandbox import lab
from tests.e2e.controlplane.api_server import ApiServer
from tests.e2e.controlplane.kubelets import Kubelets
from tests.e2e.controlplane.local_server import LocalServer
from tests.e2e.controlplane.processes import Processes

LOG = logging.getLogger(__name__)
LAB_SECONDS = 150.0
Order = dict[str, Any]


class Controls:
    """Served at `url`, to whoever has the admin's token."""

    def __init__(
        self, server: ApiServer, ec2: Any, kubelets: Kubelets, processes: Processes, cluster: str, region: str
    ) -> None:
        self._token = server.token
        self._store: Any = server.store
        self._ec2 = ec2
        self._kubelets = kubelets
        self._processes = processes
        self._place = {"cluster": cluster, "region": region}
        self._orders: dict[str, Callable[[Order], dict[str, Any]]] = {
            "lab": self._lab,
            "cloud": self._cloud,
            "faults": self._faults,
            "ended": lambda _: dict(processes.ended()),
        }
        self.url = LocalServer(self._answer).url

    def _answer(self, path: str, headers: Mapping[str, str], order: Order) -> tuple[int, dict[str, Any]]:
        name = path.rpartition("/")[2]
        if not hmac.compare_digest(headers.get("Authorization", ""), f"Bearer {self._token}"):
            return 401, {"error": "the admin's token is missing"}
        if name not in self._orders:
            return 404, {"error": f"no control {name}; there are {', '.join(sorted(self._orders))}"}
        try:
            return 200, self._orders[name](order)
        except Exception as problem:
            LOG.exception("control %s %s", name, order)
            return 400, {"error": f"{type(problem).__name__}: {problem}"}

    def _lab(self, order: Order) -> dict[str, Any]:
        """As the sandbox's own: {}, `key` or `file_system` seed the lab, `furnish` makes its machines and
        classes, and `add_node` lets a machine like that of a node join."""
        if "add_node" in order:
            return {"node": lab.add_node(self._store, self._ec2, order["add_node"])}
        if order.get("furnish"):
            return asdict(lab.furnish(self._store, self._ec2, **self._place))
        if set(order) - {*lab.OF_LAB}:
            raise ValueError(f"no such order here: {', '.join(order)}; there are add_node and furnish")
        return asdict(lab.seed(self._store, self._ec2, limit=LAB_SECONDS, **order, **self._place))

    def _cloud(self, order: Order) -> dict[str, Any]:
        """`present` false sends the cloud controller away: nodes of terminated machines stay."""
        self._kubelets.cloud = bool(order.get("present", True))
        return {"present": self._kubelets.cloud}

    def _faults(self, order: Order) -> dict[str, Any]:
        """`unreachable` as the sandbox's own, `hang` or "": a frozen API server never answers."""
        if order not in ({"unreachable": "hang"}, {"unreachable": ""}):
            raise ValueError(f"no such fault here: {order}; unreachable is hang or empty")
        self._processes.freeze("kube-apiserver", bool(order["unreachable"]))
        return order
