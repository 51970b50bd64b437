"""When nodes were cordoned, as a watch on the Kubernetes API saw it."""

from __future__ import annotations

import json
import ssl
import threading
import time
import urllib.request
from typing import Any

from sandbox.kubernetes.control import ClusterControl

SECONDS = 600


class CordonWatch:
    """A watch on all nodes, from now until `count` are cordoned.

    `seen` maps node name to the time the cordon was seen, in seconds since the epoch.
    """

    def __init__(self, cluster: ClusterControl, count: int) -> None:
        self.seen: dict[str, float] = {}
        self._cluster = cluster
        self._count = count
        self._all = threading.Event()
        with self._open("?limit=1") as answer:
            now = json.load(answer)["metadata"]["resourceVersion"]
        stream = self._open(f"?watch=1&resourceVersion={now}&timeoutSeconds={SECONDS}")
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def wait(self, limit: float) -> dict[str, float]:
        """The cordons seen once all nodes are cordoned, or `limit` seconds have passed."""
        self._all.wait(limit)
        return dict(self.seen)

    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                now, node = time.time(), json.loads(line)["object"]
                if node["spec"].get("unschedulable"):
                    self.seen.setdefault(node["metadata"]["name"], now)
                if len(self.seen) >= self._count:
                    break
        self._all.set()

    def _open(self, query: str) -> Any:
        request = urllib.request.Request(
            f"{self._cluster.url}/api/v1/nodes{query}",
            headers={"Authorization": f"Bearer {self._cluster.token}"},
        )
        context = ssl.create_default_context(cafile=str(self._cluster.ca_path))
        return urllib.request.urlopen(request, timeout=SECONDS, context=context)
