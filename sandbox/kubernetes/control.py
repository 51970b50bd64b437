"""Remote control for a running sandbox cluster; standard library only."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 60.0
"""Long enough for the slowest control, which fills the lab."""


class ControlError(Exception):
    """The cluster did not do as asked; the text is its answer."""


@dataclass(frozen=True)
class ClusterControl:
    """`url`, the admin `token`, and the CA file `ca_path` that verifies the server's certificate. A call
    may take `timeout` seconds."""

    url: str
    token: str
    ca_path: Path | None = None
    timeout: float = SECONDS

    @classmethod
    def from_folder(cls, folder: Path, timeout: float = SECONDS) -> ClusterControl:
        """The control of the cluster whose `ready.json` is in `folder`: served by its API server, or at
        `control_url` if its API server has no controls."""
        ready = json.loads((folder / "ready.json").read_text())
        url = ready.get("control_url", ready["url"])
        return cls(url, Path(ready["admin_token"]).read_text(), Path(ready["ca"]), timeout)

    def arm(
        self,
        action: str,
        verb: str = "*",
        resource: str = "*",
        *,
        times: int = 1,
        retry_after: int = 1,
        seconds: float = 30.0,
    ) -> dict[str, Any]:
        """The next `times` requests of `verb` on `resource` (`pods/eviction` for subresources) get `action`:
        429 (with Retry-After `retry_after`), 500, 503, 401, timeout (no answer for `seconds`), drip (a byte
        of the answer every `seconds`), reset, lost_answer (the work is done but the answer never
        sent), or expired (410; waits for a list with a continue token). Returns all armed faults."""
        fault = {
            "action": action,
            "verb": verb,
            "resource": resource,
            "times": times,
            "retry_after": retry_after,
            "seconds": seconds,
        }
        return self.call("faults", {"arm": fault})

    def clear(self) -> dict[str, Any]:
        """Disarm all faults, make the cluster reachable and install the snapshot CRDs."""
        return self.call("faults", {"clear": True})

    def set_unreachable(self, how: str) -> dict[str, Any]:
        """`refuse` resets every connection, `hang` never answers, "" ends the fault. The control
        itself stays reachable."""
        return self.call("faults", {"unreachable": how})

    def set_snapshot_crds(self, installed: bool) -> dict[str, Any]:
        """Remove or install the snapshot CRDs; their objects are kept for when they come back."""
        return self.call("faults", {"snapshot_crds": installed})

    def expire_continue_tokens(self) -> dict[str, Any]:
        """Let every continue token issued so far answer 410 from now on."""
        return self.call("faults", {"expire_continue_tokens": True})

    def traffic(self, reset: bool = False) -> dict[str, Any]:
        """Requests since the start or the last reset: `requests` (rows of user, verb, resource, code,
        count) and `lists` (by resource: first_page, next_page, whole)."""
        return self.call("traffic", {"reset": reset})

    def requests(self, verb: str, resource: str, user: str | None = None) -> int:
        """How many requests of `verb` on `resource` arrived, from anybody or from `user`."""
        rows = self.traffic()["requests"]
        wanted = [row for row in rows if (row["verb"], row["resource"]) == (verb, resource)]
        return sum(row["count"] for row in wanted if user is None or row["user"] == user)

    def call(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to `/_sandbox/<name>`. Raises ControlError with the answer if refused."""
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{name}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        context = ssl.create_default_context(cafile=str(self.ca_path)) if self.ca_path else None
        try:
            with urllib.request.urlopen(request, timeout=self.timeout, context=context) as answer:
                return json.load(answer)  # type: ignore[no-any-return]
        except urllib.error.HTTPError as refusal:
            text = refusal.read().decode(errors="replace")
            raise ControlError(f"{name} {body} was refused with {refusal.code}: {text}") from refusal
