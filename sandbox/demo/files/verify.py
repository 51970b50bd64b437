"""What points hold is compared with what the kernel's own recovery found in the same images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sandbox.demo.facts import CheckFact, FetchedFact, VersionFact
from sandbox.lab.volumes import Archived
from sandbox.lab.volumes.archive import Entry


def checked(checks: Sequence[CheckFact], held: Mapping[str, Archived]) -> list[str]:
    """What is wrong with the checks of points, in words; `held` is what the volume of each claim held."""
    return [text for each in checks for text in _check(each, held[each.claim])]


def fetched(file: FetchedFact, held: Archived) -> list[str]:
    """What is wrong with a fetched file; `held` is what the volume of its claim held."""
    true = held.entries.get(file.path, ("nothing",))
    if true == ("file", file.size, file.sha256):
        return []
    shown = " ".join(map(str, true))
    return [f"{file.path} of {file.point} has {file.size} bytes, {file.sha256}; the kernel finds {shown}"]


def versions(found: Sequence[VersionFact], before: str, after: str, file: Entry) -> list[str]:
    """What is wrong with the versions of a file that was there in the point `before` and not in `after`."""
    sizes = {each.point: each.size for each in found}
    expected = {before: file[1], after: None}
    return [
        f"{point} is said to hold {sizes.get(point, 'no answer')}, expected {size}"
        for point, size in expected.items()
        if sizes.get(point, "no answer") != size
    ]


def _check(check: CheckFact, held: Archived) -> Iterator[str]:
    if check.verdict != "checked" or not check.tag.startswith("checked "):
        said = "; ".join(check.reasons) or "nobody looked into it"
        yield f"{check.point} is {check.verdict or 'not checked'}, and EC2 shows {check.tag!r}: {said}"
        return
    if check.contents != check.made_as:
        yield f"{check.point} is said to hold {check.contents}; its volume was formatted as {check.made_as}"
    if not check.transactions:
        yield f"{check.point} was cut off while it was mounted, and nothing of its log was replayed"
    names = sorted(path.strip("/") for path in held.entries if path.count("/") == 1)
    if sorted(set(check.names) - {"lost+found"}) != names:
        yield f"{check.point} is said to hold {', '.join(check.names)}; the kernel finds {', '.join(names)}"
