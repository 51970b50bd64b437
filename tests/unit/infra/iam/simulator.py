"""Many requests, one Node process: what IAM would answer, without AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.infra.iam.concrete import ACCOUNT

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Verdict:
    """The result in IAM's word, the statements that allowed it, and keys IAM has not with such a request."""

    allowed: bool
    result: str
    allowed_by: tuple[str, ...] = ()
    unknown_keys: tuple[str, ...] = ()


def request(
    *,
    principal: str,
    action: str,
    arn: str,
    context: dict[str, Any],
    identity: Sequence[dict[str, Any]] = (),
    resource_policy: Any = None,
    service_control: Sequence[dict[str, Any]] = (),
    account: str = ACCOUNT,
) -> dict[str, Any]:
    """One simulation, as the simulator reads it; the resource is in `account`."""
    document = {
        "request": {
            "principal": principal,
            "action": action,
            "resource": {"resource": arn, "accountId": account},
            "contextVariables": context,
        },
        "identityPolicies": [
            {"name": f"policy{number}", "policy": each} for number, each in enumerate(identity)
        ],
        "serviceControlPolicies": [
            {"orgIdentifier": "ou-1", "policies": [{"name": "guard", "policy": each}]}
            for each in service_control
        ],
        "resourceControlPolicies": [],
    }
    return document | ({"resourcePolicy": resource_policy} if resource_policy else {})


def simulate(requests: Sequence[dict[str, Any]]) -> list[Verdict]:
    """The verdicts, in order; equal requests are asked once. Raises AssertionError with Node's words when it
    could not be asked, or with requests that IAM does not know."""
    texts = [json.dumps(each) for each in requests]
    different = list(dict.fromkeys(texts))
    verdicts = dict(zip(different, _ask(different), strict=True))
    unknown = {_shown(text, verdict) for text, verdict in verdicts.items() if verdict["error"]}
    assert not unknown, f"IAM knows no such requests: {sorted(unknown)}"
    return [_verdict(verdicts[text]) for text in texts]


def _ask(requests: Sequence[str]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    assert node and (HERE / "node_modules").is_dir(), "the simulator is missing: make .venv/stamps/dev"
    done = subprocess.run(
        [node, str(HERE / "simulate.mjs")],
        input=f"[{','.join(requests)}]",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: list[dict[str, Any]] = json.loads(done.stdout)
    return answer


def _verdict(answer: dict[str, Any]) -> Verdict:
    result = answer["result"]
    return Verdict(result == "Allowed", result, tuple(answer["allowedBy"]), tuple(answer["ignored"]))


def _shown(request: str, verdict: dict[str, Any]) -> str:
    asked = json.loads(request)["request"]
    return f"{asked['action']} on {asked['resource']['resource']}: {verdict['error']}"
