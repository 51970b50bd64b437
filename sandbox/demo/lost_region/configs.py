"""The two configs of the act: the user's with a place in Osaka, and that of the deployment there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws.identity import ACCOUNT
from sandbox.demo.steps import DemoError

OSAKA = "ap-northeast-3"
PLACE = "osaka"
SPARE = "spare"
"""The cluster in Osaka."""
LOCK_DAYS = 14
RULE = {
    "to": PLACE,
    "every": "day",
    "retention": {"daily": 14, "monthly": 12},
    "lock": {"mode": "governance", "days": LOCK_DAYS},
    "also": ["interruption"],
}
"""How the example's comments copy points, and what a dying node leaves is copied, too."""


KEY = f"arn:aws:kms:{OSAKA}:{ACCOUNT}:key/05a4a000-0000-4000-8000-000000000003"
"""The account's own key there."""


def with_place(config: Path, out: Path) -> Path:
    """Write the config to `out` with a place in Osaka, to which its policies with groups copy.

    Returns `config` itself if it cannot be read: whoever reads it says why. DemoError if it has places.
    """
    document = _read(config)
    if document is None:
        return config
    if "places" in document:
        raise DemoError(
            f"{config} has places, and the demo adds a place of its own",
            "Take places and copies out of a copy of the file, and pass that with --config.",
        )
    places = {PLACE: {"region": OSAKA, "kms_key": KEY}}
    policies = [_copied(policy) for policy in document["policies"]]
    return _write(out, {**document, "policies": policies, "places": places})


def _copied(policy: Any) -> Any:
    return {**policy, "copies": [RULE]} if "group" in policy else policy


def in_osaka(out: Path) -> Path:
    """Write the config of a deployment in Osaka that adopts the copies and backs WordPress up again."""
    policy = {
        "name": "wordpress",
        "selection": {"namespaces": ["wordpress"]},
        "schedule": {"expression": "0 */6 * * *", "timezone": "Asia/Seoul"},
        "retention": {"last": 28, "daily": 14},
    }
    clusters = [{"name": SPARE, "region": OSAKA}]
    return _write(out, {"clusters": clusters, "adopt": True, "policies": [policy]})


def _read(config: Path) -> dict[str, Any] | None:
    try:
        document = yaml.safe_load(config.read_text())
        usable = all(isinstance(policy, dict) for policy in document["policies"])
    except (OSError, yaml.YAMLError, TypeError, KeyError):
        return None
    return document if usable else None


def _write(out: Path, document: dict[str, Any]) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document, indent=2) + "\n")  # JSON is YAML, too
    return out
