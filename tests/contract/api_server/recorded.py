"""The answers of kube-apiserver 1.36 to all requests, as they were recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.contract.api_server.asking import Asking
from tests.contract.api_server.requests import REQUESTS
from tests.contract.sandbox_kubernetes.client import Client

MINOR = "1.36"
_FILE = Path(__file__).with_name("answers.json")


def recorded() -> dict[str, dict[str, Any]]:
    """Name of a request to the answer."""
    found: dict[str, dict[str, Any]] = json.loads(_FILE.read_text())
    return found


def record(client: Client) -> None:
    """Ask everything of a fresh API server and keep its answers, one in a line."""
    answers = Asking(client).answers(REQUESTS)
    rows = [f"{json.dumps(name)}: {json.dumps(answer)}" for name, answer in answers.items()]
    _FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n")
