"""The configs of the act: the user's with two places, the vault's, and that of Osaka."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws.identity import ACCOUNT, REGION
from sandbox.demo.steps import DemoError

OSAKA = "ap-northeast-3"
VAULT_ACCOUNT = "222233334444"
SPARE = "spare"
"""The cluster in Osaka."""
LOCK_DAYS = 14
KEEPING = {
    "retention": {"daily": 14, "monthly": 12},
    "lock": {"mode": "governance", "days": LOCK_DAYS},
}
"""What becomes of copies: in the vault its own config says it."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where copies go: the place's name, the account (12 digits), and the key (an ARN) that encrypts them."""

    place: str
    account: str
    key: str


HOME_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/05a4a000-0000-4000-8000-000000000002"
"""The key of the volumes at home, open to the vault: nothing under the key of AWS for EBS can be shared."""
SECRETS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/05a4a000-0000-4000-8000-000000000005"
"""The key of saved Secrets, with which no function decrypts."""
PLACE = Destination(
    "osaka", ACCOUNT, f"arn:aws:kms:{OSAKA}:{ACCOUNT}:key/05a4a000-0000-4000-8000-000000000003"
)
VAULT = Destination(
    "vault", VAULT_ACCOUNT, f"arn:aws:kms:{OSAKA}:{VAULT_ACCOUNT}:key/05a4a000-0000-4000-8000-000000000004"
)
LOOKING = ("checks", "files")
"""The settings that let functions look into points."""
RULES = [
    {"to": PLACE.place, "every": "day", "also": ["interruption"], **KEEPING},
    {"to": VAULT.place, "every": "day", "also": ["interruption"]},
]
"""How the example's comments copy points, and what a dying node leaves is copied, too."""


def with_places(config: Path, out: Path, *, looks: bool = True) -> Path:
    """Write the config to `out` with two places in Osaka, to which its policies with groups copy, and with
    Secrets beside the objects that it saves. Functions look into points under the home's key if `looks`.

    Returns `config` itself if it cannot be read: whoever reads it says why. DemoError if it has places.
    """
    document = _read(config)
    if document is None:
        return config
    if "places" in document:
        raise DemoError(
            f"{config} has places, and the demo adds places of its own",
            "Take places and copies out of a copy of the file, and pass that with --config.",
        )
    places = {
        PLACE.place: {"region": OSAKA, "kms_key": PLACE.key},
        VAULT.place: {"region": OSAKA, "account": VAULT.account, "kms_key": VAULT.key},
    }
    policies = [_copied(policy if looks else _without_expect(policy)) for policy in document["policies"]]
    kept = {key: value for key, value in document.items() if key not in LOOKING}
    looking = {key: {"keys": [HOME_KEY]} for key in LOOKING if looks}
    return _write(out, {**kept, **looking, "policies": policies, "places": places})


def _copied(policy: Any) -> Any:
    copies = {"copies": RULES} if "group" in policy else {}
    secrets = {"secrets": {"encrypted": SECRETS_KEY}} if "objects" in policy else {}
    return {**policy, **copies, **secrets}


def _without_expect(policy: Any) -> Any:
    return {key: value for key, value in policy.items() if key != "expect"}


def of_vault(out: Path, cluster: str) -> Path:
    """Write the config of the vault, which takes the points of this cluster and lends to their account."""
    source = {"account": ACCOUNT, "region": REGION, "clusters": [cluster]}
    vault = {
        "region": OSAKA,
        "kms_key": VAULT.key,
        **KEEPING,
        "lend_to": [ACCOUNT],
        "sources": {"lab": source},
    }
    return _write(out, {"vault": vault})


def in_osaka(out: Path) -> Path:
    """Write the config of a deployment in Osaka that adopts the copies and borrows from the vault."""
    policy = {
        "name": "wordpress",
        "selection": {"namespaces": ["wordpress"]},
        "schedule": {"expression": "0 */6 * * *", "timezone": "Asia/Seoul"},
        "retention": {"last": 28, "daily": 14},
    }
    document = {
        "clusters": [{"name": SPARE, "region": OSAKA}],
        "adopt": True,
        "borrow": {"from": [VAULT.account], "kms_key": PLACE.key},
        "policies": [policy],
    }
    return _write(out, document)


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
