"""Invoke the deployed prune as a schedule or a person would, and read the outcome from its log.

The function's answer holds the first 50 entries of each list; its log holds the whole plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.aws.control import FunctionUsage
from sandbox.demo.facts import PruneFact
from sandbox.demo.steps import DemoError, Line
from sandbox.launch import Sandbox

FUNCTION = "snapkeep-prune"
NEVER_RAN = FunctionUsage(0, 0, 0, (), (), (), (), 0)
SECONDS = 180
"""Some 300 deletions take ten seconds; a busy machine needs more."""


def prune(
    sandbox: Sandbox, line: Line, cluster: str, *, dry_run: bool = False, confirm: str = ""
) -> PruneFact:
    """Invoke prune once in the background and wait until it ends; DemoError if it fails."""
    aws = sandbox.aws
    lines, before = len(aws.function_logs(FUNCTION)), _usage(sandbox)
    aws.forget_calls()
    sandbox.client("lambda").invoke(
        FunctionName=FUNCTION,
        InvocationType="Event",
        Payload=json.dumps({"cluster": cluster, "dry_run": dry_run, "confirm": confirm}).encode(),
    )
    said: list[Mapping[str, Any]] = []

    def ended() -> bool:
        now = _usage(sandbox)
        if now.errors > before.errors:
            raise DemoError(f"{FUNCTION} failed")
        if now.invocations > before.invocations:
            said[:] = _entries(aws.function_logs(FUNCTION)[lines:])
            return any(entry.get("message") == "done" for entry in said)
        deletions = aws.calls().get("ec2:DeleteSnapshot", 0)
        if deletions:
            line.say(f"{deletions} deleted")
        return False

    line.wait_for(ended, SECONDS, lambda: DemoError(f"{FUNCTION} did not end"))
    return read(said, cluster)


def read(entries: Iterable[Mapping[str, Any]], cluster: str) -> PruneFact:
    """What one invocation's log entries say about a cluster; DemoError if plan and figures disagree."""
    keep: dict[str, tuple[str, ...]] = {}
    delete: dict[str, str] = {}
    report: Mapping[str, Any] = {}
    for entry in entries:
        keep |= {snapshot_id: tuple(reasons) for snapshot_id, reasons in entry.get("keep", {}).items()}
        delete |= entry.get("delete", {})
        for item in entry.get("report", {}).get("clusters", []):
            report = item if item["cluster"] == cluster else report
    verdict = report.get("verdict")
    if not verdict:
        raise DemoError(f"prune made no plan: {report.get('refused') or 'its log has no report'}")
    counts = report["counts"]
    if (len(keep), len(delete)) != (counts["keep"], counts["delete"]):
        raise DemoError(f"prune counts {counts}, but logs {len(keep)} to keep and {len(delete)} to delete")
    refusal = report["refusals"][-1] if report["refusals"] else {"reason": "", "token": ""}
    return PruneFact(
        refused=report["refused"],
        brake=refusal["reason"],
        confirm=refusal["token"],
        points=verdict["points"],
        new=verdict["new"],
        held=frozenset(name for name, reasons in keep.items() if _is_held(reasons)),
        keep=keep,
        delete=delete,
        deleted=counts.get("deleted", 0),
    )


def _is_held(reasons: Iterable[str]) -> bool:
    return any(reason.startswith("the brake refused to delete it") for reason in reasons)


def _entries(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for text in lines:
        if text.startswith("{"):
            entry = json.loads(text)
            if "message" in entry:
                yield entry


def _usage(sandbox: Sandbox) -> FunctionUsage:
    return sandbox.aws.functions().get(FUNCTION) or NEVER_RAN
