"""Reads golden cases of copies and plans them.

A case has `about`, `rules` (policy to retention), `zone`, `now`, `copies`, perhaps `retire` and `journaled`
(id to stage), and the answer: `keep` (id to reasons), `delete`, `leftovers` and `unreadable` (id to reason).
A copy is `{taken, made?, id?, policy?, cluster?, claim?, volume?, point?, state?, duplicate?, cancelled?,
protected?}` or a row `{to, every, count, ...}` back from `to`. It was made when it was taken unless it says
otherwise; without an id policy and time are its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.retention import sort_copies
from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.rules import parse_duration, parse_retention
from tests.contract.ports.samples import a_point

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """One case."""
    case: dict[str, Any] = json.loads(path.read_text())
    return case


def copies(case: dict[str, Any]) -> list[Copy]:
    """Its copies, in the order of the file."""
    return [copy for item in case["copies"] for copy in _row(item)]


def answer(case: dict[str, Any], given: list[Copy]) -> dict[str, Any]:
    """What retention says, in the form of the file."""
    place = Place("osaka", "ap-northeast-3", "key", retire=case.get("retire", False))
    found = sort_copies(given, place, journaled=_stages(case))
    rules = {
        name: PolicyRetention(parse_retention(block), ZoneInfo(case["zone"]))
        for name, block in case["rules"].items()
    }
    lineages = [Lineage(key.whose, key.policy, found.lineages[key]) for key in sorted(found.lineages)]
    plans = list(plan_lineages(lineages, rules, _time(case["now"])))
    return {
        "keep": {kept.point.id: list(kept.reasons) for item in plans for kept in item.plan.keep},
        "delete": {gone.point.id: gone.reason for item in plans for gone in item.plan.delete},
        "leftovers": {item.snapshot_id: item.reason for item in sorted(found.leftovers, key=str)},
        "unreadable": {item.snapshot_id: item.reason for item in sorted(found.unreadable, key=str)},
    }


def _stages(case: dict[str, Any]) -> dict[str, CopyStage]:
    return {name: CopyStage(stage) for name, stage in case.get("journaled", {}).items()}


def _row(item: dict[str, Any]) -> Iterator[Copy]:
    if "every" not in item:
        yield _copy(item, _time(item["taken"]))
        return
    span = parse_duration(item["every"])
    for number in range(item["count"]):
        yield _copy(item, _time(item["to"]) - timedelta(days=span.days, hours=span.hours) * number)


def _copy(item: dict[str, Any], taken: datetime) -> Copy:
    policy, claim = item.get("policy", "daily"), item.get("claim", "data")
    name = item.get("id", f"{policy} {taken:%Y-%m-%dT%H:%MZ}")
    return Copy(
        snapshot_id=name,
        point_id=item.get("point", name),
        place=item.get("place", "osaka"),
        claim=replace(a_point(claim).claim, uid=f"uid-{claim}", cluster=item.get("cluster", "myeks")),
        policy=policy,
        slot=taken,
        taken=taken,
        source_snapshot=f"source of {name}",
        source_volume=item.get("volume", f"vol-{claim}"),
        state=CopyState(item.get("state", "ready")),
        started_at=_time(item["made"]) if "made" in item else taken,
        duplicate=item.get("duplicate", False),
        cancelled=item.get("cancelled", False),
        message=item.get("message", ""),
        protections=tuple(Protection(**protection) for protection in item.get("protected", ())),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
