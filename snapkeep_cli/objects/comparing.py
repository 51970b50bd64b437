"""Compares what a run saved of a namespace with what the cluster has now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import typer
import yaml
from rich.text import Text

from snapkeep.domain.objects.differences import Difference, differences
from snapkeep.domain.objects.kinds import SAVED
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep_cli.cluster.kubectl import Kubectl, KubectlFailed
from snapkeep_cli.output import err, out, say

Document = dict[str, Any]

COLOURS = {"---": "bold", "+++": "bold", "@@ ": "cyan"}


def compare(kubectl: Kubectl, manifest: Mapping[str, Any], archive: str) -> Counter[str]:
    """Print how the cluster differs from an archive, as a unified diff; how many objects changed, are gone or
    are new, and under "unread" how many kinds kubectl could not read."""
    found: Counter[str] = Counter()
    documents = iter(yaml.load_all(archive, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    for kind, names in _kinds(manifest):
        saved = list(islice(documents, len(names)))
        try:
            live = _live(kubectl, manifest, kind, saved)
        except KubectlFailed as error:
            found["unread"] += 1
            say(f"{kind} are not compared, kubectl says: {'; '.join(str(error).splitlines())}")
            continue
        for each in differences(kind, saved, live, with_new=_everything(manifest)):
            found[each.change.value] += 1
            _show(each)
    _tell(manifest, found)
    return found


def _kinds(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """The saved kinds with the names of their objects, in the order of the archive; then the kinds that had
    none."""
    saved = manifest["saved"]
    yield from saved.items()
    if _everything(manifest):
        skip = {*saved, *manifest["kinds_left_out"]}
        yield from ((kind, ()) for kind in SAVED if kind not in skip)


def _everything(manifest: Mapping[str, Any]) -> bool:
    return bool(manifest["scope"] == ObjectScope.NAMESPACE.value)


def _live(
    kubectl: Kubectl, manifest: Mapping[str, Any], kind: str, saved: Sequence[Document]
) -> Sequence[Document]:
    """All objects of the kind in the namespace, or those with the saved names: of kinds of the whole cluster,
    and where only a workload was saved."""
    of_cluster = bool(saved) and not saved[0]["metadata"].get("namespace")
    by_name = of_cluster or not _everything(manifest)
    names = [str(each["metadata"]["name"]) for each in saved] if by_name else []
    return kubectl.objects(kind, "" if of_cluster else manifest["namespace"], names)


def _show(difference: Difference) -> None:
    """The lines as they are, in colours only in a terminal."""
    paper = out()
    for line in difference.lines:
        if paper.is_terminal:
            plain = {"+": "green", "-": "red"}.get(line[:1], "")
            paper.print(Text(line, style=COLOURS.get(line[:3], plain)), soft_wrap=True)
        else:
            typer.echo(line)


def _tell(manifest: Mapping[str, Any], found: Counter[str]) -> None:
    counts = ", ".join(f"{found[word]} {word}" for word in ("changed", "gone", "new") if found[word])
    total = sum(map(len, manifest["saved"].values()))
    say(f"{manifest['namespace']}: {total} saved on {manifest['ended']}; {counts or 'no differences'}")
    for kind in manifest["kinds_refused"]:
        err().print(Text(f"{kind} were not saved, because the cluster did not let Snapkeep list them"))
