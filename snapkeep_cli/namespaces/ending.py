"""Says how the restore of a namespace ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from snapkeep_cli.namespaces.judging import Trouble
from snapkeep_cli.namespaces.planning import Planned, counted, document_of
from snapkeep_cli.output import Output, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, sentence

COLUMNS: Columns = {"MISSING": "what", "WHY": sentence("why")}
AGAIN = "repeat the command once that is fixed: it continues"
MOST = 10
"""How many troubles are named in a sentence, and how many commands are proposed."""


def tell_end(found: Planned, troubles: Sequence[Trouble], output: Output) -> None:
    """Print what is missing, or that nothing is; ends the command unless the namespace is whole."""
    into = found.move.into
    rows = [asdict(each) for each in troubles]
    document = {**document_of(found), "whole": not troubles, "missing": rows}
    if troubles or output in (Output.JSON, Output.YAML):
        emit(document, output, table_of(rows, COLUMNS))
    if not troubles:
        claims, objects = len(found.plan.claims), len(found.plan.objects)
        what = f"{counted(claims, 'claim')} and {counted(objects, 'object')}"
        say(f"{into} is restored whole: {what}, and its pods run")
        return
    for command in list(dict.fromkeys(each.next for each in troubles))[:MOST]:
        tip("next", command)
    what = ", ".join(each.what for each in troubles[:MOST]) + (", …" if len(troubles) > MOST else "")
    if all(each.waits for each in troubles):
        raise fail("still_waiting", f"{into} is not whole yet: it lacks {what}", AGAIN)
    raise fail("namespace_failed", f"{into} is not whole: it lacks {what}", AGAIN)
