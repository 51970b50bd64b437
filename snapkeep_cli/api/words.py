"""Rewords the API's refusals: command-line options instead of the API's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from snapkeep_cli.api.client import ApiProblem

OPTIONS = {
    "recovery_point": "the recovery point",
    "target": "--as",
    "at": "--at",
    "claim": "--claim",
    "claims": "the claims",
    "namespace": "--namespace",
    "source_namespace": "--from-namespace",
    "source_cluster": "--from-cluster",
    "from_place": "--from-place",
    "size": "--size",
    "expand": "--expand",
    "storage_class": "--class",
    "zone": "--zone",
    "labels": "--label",
    "reason": "--reason",
    "since": "--since",
    "until": "--until",
    "state": "--state",
    "policy": "--policy",
    "method": "--method",
    "limit": "--limit",
    "confirm": "--confirm",
    "cursor": "the page",
    "path": "the path",
    "name": "the name",
}
"""From a field or parameter of the API to what somebody typed."""

WHOLE = "body"
"""Where the API reports a mistake that no single field contains."""

FIXES = {
    "invalid_request": "the command's --help says what it takes",
    "internal": "try again; if it fails again, read the log of the api function",
    "request_in_progress": "try again in a few seconds",
    "unavailable": "try again in a moment",
}
"""What to do where the API's own advice is about headers, which the command sets itself."""


def in_words(problem: ApiProblem) -> str:
    """The problem in a sentence; for an invalid request, what is wrong with each option."""
    errors = problem.document.get("errors")
    if problem.code != "invalid_request" or not errors:
        return str(problem)
    return "; ".join(dict.fromkeys(map(_sentence, errors)))


def fix_in_words(problem: ApiProblem) -> str:
    """What to do; "" if the API gives no advice."""
    fix = str(problem.document.get("fix") or "")
    return FIXES.get(problem.code, fix) if fix else ""


def _sentence(error: Mapping[str, Any]) -> str:
    where, text = str(error.get("where", "")), _with_options(str(error.get("problem", "")))
    if where in ("", WHOLE):
        return text
    return f"{OPTIONS.get(where.partition('.')[0], where)}: {text}"


def _with_options(text: str) -> str:
    """The text, with each quoted field replaced by its option."""
    return re.sub(r"`(\w+)`", lambda found: OPTIONS.get(found[1], found[1]), text)
