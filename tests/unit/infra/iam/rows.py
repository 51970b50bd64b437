"""The tables as requests: `table.yaml` and `vault_table.yaml` read, each row for one action on one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.unit.infra.iam.things import Thing
from tests.unit.infra.template import listed

Table = Mapping[str, Any]


def _read(name: str) -> Table:
    found: Table = yaml.safe_load((Path(__file__).parent / name).read_text())
    return found


TABLE, VAULT_TABLE = _read("table.yaml"), _read("vault_table.yaml")


@dataclass(frozen=True)
class Row:
    """Who may (or may not) do what on which thing. `tags` go with the request, `context` beside them."""

    who: str
    action: str
    upon: str
    allowed: bool
    tags: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    why: str = ""

    def __str__(self) -> str:
        verb = "may" if self.allowed else "may not"
        words = [self.who, verb, self.action, "on", self.upon]
        words += ["tagging", *(f"{key}={value}" for key, value in self.tags.items())] if self.tags else []
        words += ["with", *(f"{key}={value}" for key, value in self.context.items())] if self.context else []
        return " ".join(words) + (f" ({self.why})" if self.why else "")


def rows_of(section: str, table: Table = TABLE) -> list[Row]:
    """The rows of `functions`, `schedules`, `services` or `attackers`, their lists expanded."""
    return [row for who, items in table[section].items() for item in items for row in _rows(who, item)]


def rows_of_everybody(table: Table = TABLE) -> list[Row]:
    """The rows that hold for every function."""
    return [row for who in table["functions"] for item in table["everybody"] for row in _rows(who, item)]


def _rows(who: str, item: Mapping[str, Any]) -> Iterator[Row]:
    unknown = item.keys() - {"may", "may not", "upon", "tags", "with", "why"}
    if unknown or ("may" in item) == ("may not" in item):
        raise ValueError(f"table.yaml: {who}: {dict(item)} needs either `may` or `may not`, and `upon`")
    allowed = "may" in item
    for action in listed(item["may" if allowed else "may not"]):
        for upon in listed(item["upon"]):
            yield Row(
                who,
                action,
                upon,
                allowed,
                item.get("tags") or {},
                item.get("with") or {},
                item.get("why", ""),
            )


def context_of(row: Row, thing: Thing) -> dict[str, Any]:
    """The context keys that the tags of the request and of the thing make."""
    context: dict[str, Any] = {}
    for key, value in thing.tags.items():
        context[f"aws:ResourceTag/{key}"] = value
        if row.action.startswith("ec2:") and thing.arn.startswith("arn:aws:ec2:"):
            context[f"ec2:ResourceTag/{key}"] = value
    for key, value in row.tags.items():
        context[f"aws:RequestTag/{key}"] = value
    if row.tags:
        context["aws:TagKeys"] = list(row.tags)
    return context
