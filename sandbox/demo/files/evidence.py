"""What the journal's table and EC2 say of checks, without the product's own adapters; what was fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.demo.facts import CheckFact, ClaimFact, FetchedFact, LiveSnapshot
from snapkeep.domain import tags


def read_checks(
    dynamodb: Any, table: str, claims: Sequence[ClaimFact], snapshots: Mapping[str, LiveSnapshot]
) -> list[CheckFact]:
    """The check of each ready point, through a boto3 client; one without a verdict was not checked.

    An item's key is `CHECKS#<cluster>` with `<namespace> <claim> <point>`.
    """
    found = []
    for claim in claims:
        for point in claim.points:
            place = " ".join((claim.namespace, claim.claim, point.id))
            key = {"pk": {"S": f"CHECKS#{claim.cluster}"}, "sk": {"S": place}}
            item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
            check = json.loads(item["check"]["S"]) if item else {}
            look = check.get("look") or {}
            marks = snapshots[point.snapshot_id].tags
            found.append(
                CheckFact(
                    claim=str(claim),
                    point=point.id,
                    verdict=check.get("verdict", ""),
                    reasons=tuple(check.get("reasons", ())),
                    contents=look.get("contents", ""),
                    made_as=marks.get(tags.FS_TYPE, ""),
                    transactions=look.get("transactions", 0),
                    names=tuple(look.get("names", ())),
                    tag=marks.get(tags.CHECKED, ""),
                )
            )
    return found


def fetched_from(file: Path, claim: str, point: str, path: str) -> FetchedFact:
    """What a command has written to a file."""
    data = file.read_bytes()
    return FetchedFact(claim, point, path, len(data), hashlib.sha256(data).hexdigest())
