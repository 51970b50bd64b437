"""What the API refuses in a request, in the words of the command line: options instead of fields."""

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
}
"""From a field or parameter of the API to what somebody typed."""

OWN = "Value error, "
"""The validator's mark before a sentence of our own."""

HEADERS = re.compile(r" with the same Idempotency-Key|[;,] `Retry-After` says when")

SAYINGS = (
    (r"(?:String|Value) should have at most (\d+) characters?", r"is longer than \1 characters"),
    (r"(?:String|Value) should have at least \d+ characters?", r"is empty"),
    (r"(?:List|Dictionary) should have at most (\d+) items?.*", r"has more than \1 entries"),
    (r"(?:List|Dictionary) should have at least \d+ items?.*", r"has no entry"),
    (r"Input should be less than or equal to (\S+)", r"is more than \1"),
    (r"Input should be greater than or equal to (\S+)", r"is less than \1"),
    (r"Field required|missing", r"is missing"),
    (r"Input should be ('.+)", r"is none of \1"),
    (r".*(?:datetime|timezone).*", r"is not a time with an offset, such as 2026-11-24T18:00:00Z"),
    (r".*pattern.*", r"has letters or signs that such a name cannot have"),
)
"""From a validator's sentence, as far as one can meet it, to ours."""


def in_words(problem: ApiProblem) -> str:
    """The sentence for a person. Only what validators refuse is put differently."""
    errors = problem.document.get("errors")
    if problem.code != "invalid_request" or not errors:
        return str(problem)
    return "; ".join(dict.fromkeys(map(_said, errors)))


def fix_in_words(problem: ApiProblem) -> str:
    """What to do, for a person: the command sends headers and reads descriptions by itself."""
    fix = str(problem.document.get("fix") or "")
    if "/v1/openapi.json" in fix:
        return "the command's --help says what it takes"
    return HEADERS.sub("", fix)


def _said(error: Mapping[str, Any]) -> str:
    field = str(error.get("where", "")).partition(".")[0]
    name = OPTIONS.get(field, "the request")
    text = str(error.get("problem", ""))
    if text.startswith(OWN):
        own = re.sub(r"`(\w+)`", lambda found: OPTIONS.get(found[1], found[1]), text.removeprefix(OWN))
        return f"{name}: {own}" if field in OPTIONS else own
    for pattern, saying in SAYINGS:
        found = re.fullmatch(pattern, text)
        if found:
            return f"{name} {found.expand(saying)}"
    return f"{name} cannot be read"
