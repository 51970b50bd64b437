"""Which namespaces are restorable whole, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from snapkeep_cli.api.calls import Document
from snapkeep_cli.output import table_of
from snapkeep_cli.tables import Columns, sentence, wide

NAMESPACES: Columns = {
    "NAMESPACE": "namespace",
    "RESTORABLE": "state",
    "OBJECTS": "objects",
    "SAVED": "saved_at",
    "MISSING": sentence("lacks"),
    "KINDS": wide("by_kind"),
    "LEFT OUT": wide("left"),
    "NOT LOOKED FOR": wide("not_looked_for"),
    "RUN": wide("run"),
}


def namespaces_table(found: Document) -> list[RenderableType]:
    """How namespaces stand; nothing where no policy saves objects."""
    rows = [_row(each) for each in namespaces_of(found)]
    return [Text(), table_of(rows, NAMESPACES)] if rows else []


def namespaces_of(found: Document) -> Sequence[Document]:
    """The namespaces in a coverage; none of an API that was deployed earlier."""
    return found.get("namespaces") or ()


def whole_in_words(counts: Mapping[str, int]) -> str:
    """How many namespaces are restorable whole, "" where no policy saves objects."""
    total = sum(counts.values())
    whole = counts.get("whole", 0)
    if not total:
        return ""
    if total == 1:
        return "1 namespace is restorable whole" if whole else "1 namespace is not restorable whole"
    are = "is" if whole == 1 else "are"
    return f"{whole} of {total} namespaces {are} restorable whole"


def counts_of(namespaces: Sequence[Document]) -> Mapping[str, int]:
    """How many namespaces stand in each way."""
    counts: dict[str, int] = {}
    for each in namespaces:
        counts[each["state"]] = counts.get(each["state"], 0) + 1
    return counts


def _row(each: Document) -> Mapping[str, Any]:
    kinds = ", ".join(f"{count} {kind}" for kind, count in each["kinds"].items())
    left = ", ".join(
        f"{why['count']} {why['kind']} ({why['reason']})" for why in each.get("left_out_because", ())
    )
    lacks = "" if each["state"] == "whole" else each["words"]
    if each["gone"]:
        lacks = "; ".join(filter(None, (lacks, "none of its claims exist any more")))
    return {**each, "by_kind": kinds, "lacks": lacks, "left": left}


def saved_in_words(backup: Document) -> str:
    """How many objects were saved with a backup, and what shows them; "" for none."""
    saved = backup.get("objects") or ()  # an API deployed earlier says nothing of them
    if not saved:
        return ""
    objects = sum(each["objects"] for each in saved)
    where = f"namespace {saved[0]['namespace']}" if len(saved) == 1 else f"{len(saved)} namespaces"
    secrets = sum(each["secrets"] for each in saved)
    lack = f", without {secrets} Secret{'' if secrets == 1 else 's'} that they name" if secrets else ""
    return f"{objects} objects of {where} are saved with it{lack}: snapkeep objects {backup['id']}"
