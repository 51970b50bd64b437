"""The value of the tag `snapkeep:hold`: whose holds it represents, and when each of them ends.

`cluster:admin-0a1b2c3d4e restore:0123456789abcdef@20261201T093000Z` names a caller's hold without an end and
a restore's hold with one. Any other value was set by hand and holds until it is removed. The journal may be
lost or restored from an old copy, so a hold that only the tag knows is never dropped: it is journaled.

EC2 allows 256 characters; letters, digits, spaces and `+ - = . _ : / @` are safe everywhere.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from snapkeep.domain.naming import TAG_VALUE_LIMIT, short_hash
from snapkeep.domain.restore.holds import BY_HAND, FOREVER, Hold
from snapkeep.domain.times import compact, read_compact

UNNAMED = "true"
"""The value that names no holder: earlier versions wrote it, and people write it by hand."""

HAND = "hand"
OTHERS = "others"
KINDS = ("restore", "failed", "cluster", "namespace", "api")

NAME_LENGTH = 16
"""How many characters of a holder's name are readable; the hash after them distinguishes holders."""


_ENTRY = re.compile(
    rf"((?:{'|'.join(KINDS)}):[A-Za-z0-9_.-]+|{HAND}|{OTHERS}\.[1-9][0-9]*)(?:@([0-9]{{8}}T[0-9]{{6}}Z))?"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """The journal and the tag combined: which holds are in force, and which are over.

    `learned` are those in force that the journal must record, because it does not know them or ends them
    sooner.
    """

    in_force: tuple[Hold, ...]
    learned: tuple[Hold, ...]
    over: tuple[Hold, ...]


def code_of(holder: str) -> str:
    """The code of a holder in the tag; a code is returned as it is."""
    if holder == BY_HAND:
        return HAND
    if _ENTRY.fullmatch(holder):
        return holder
    kind, _, name = holder.partition(" ")
    if kind in ("restore", "failed") and re.fullmatch(r"(restore )?[0-9a-f]{8,32}", name):
        return f"{kind}:{name.removeprefix('restore ')}"
    kind = kind if kind in KINDS else "api"
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", holder.rpartition("/")[2])[:NAME_LENGTH]
    return f"{kind}:{readable}-{short_hash(holder)}"


def whole_seconds(end: datetime) -> datetime:
    """An end rounded up to whole seconds, as the tag stores it."""
    if end >= FOREVER:
        return FOREVER
    whole = end.astimezone(UTC).replace(microsecond=0)
    return whole if whole >= end else whole + timedelta(seconds=1)


def write_tag(holds: Iterable[Hold]) -> str:
    """The tag for these holds, longest first; those that do not fit become one entry with their latest
    end."""
    ends: dict[str, datetime] = {}
    for hold in holds:
        code = code_of(hold.holder)
        ends[code] = max(whole_seconds(hold.until), ends.get(code, hold.until))
    entries = sorted(ends.items(), key=lambda entry: (-entry[1].timestamp(), entry[0]))
    for shown in range(len(entries), -1, -1):
        rest = entries[shown:]
        others = [(f"{OTHERS}.{len(rest)}", rest[0][1])] if rest else []
        value = " ".join(_entry(code, end) for code, end in entries[:shown] + others)
        if len(value) <= TAG_VALUE_LIMIT:
            return value
    raise AssertionError("an entry is shorter than a tag")


def settle(
    snapshot_id: str,
    known: Sequence[Hold],
    value: str | None,
    now: datetime,
    needed: Collection[str] = (),
    acting: str = "",
    looked: bool = True,
) -> Settled:
    """The journal's holds on a snapshot and its tag (None without one), combined.

    `needed` are holders that stay in force whatever their end; `acting` is the holder placing a hold right
    now. A hold is over when it was released, or when the journal and the tag agree that it has ended; one set
    by hand is over when it is no longer in the tag. `looked` is False if the tag was not read.

    Two holds may share one code in the tag: a holder's own, and one learned from the tag when the journal did
    not know its holder. Releasing covers both, so a holder's own hold that is not released was placed after
    that.
    """
    named = _named(known, value, acting)
    given_back = {code_of(hold.holder) for hold in known if hold.lifted_at is not None}
    named = {code: end for code, end in named.items() if code not in given_back}
    force: dict[str, Hold] = {}
    learned, over = [], []
    for hold in known:
        code = code_of(hold.holder)
        end = named.pop(code, None)
        taken_away = looked and hold.holder == BY_HAND and end is None
        is_given_back = hold.lifted_at is not None or (hold.holder == code and code in given_back)
        if taken_away or is_given_back:
            over.append(hold)
            continue
        if end is not None and end > hold.until:
            hold = replace(hold, until=end)
            learned.append(hold)
        if hold.ended(now) and hold.holder not in needed:
            over.append(hold)
        else:
            force[hold.holder] = hold
    for code, end in named.items():
        if end > now:
            force[code] = Hold(snapshot_id, BY_HAND if code == HAND else code, _unknown(code), end)
            learned.append(force[code])
    return Settled(tuple(force.values()), tuple(learned), tuple(over))


def names(value: str | None, holds: Sequence[Hold]) -> bool:
    """True when a tag still names one of these holds."""
    named = _named(holds, value, "")
    return any(code_of(hold.holder) in named for hold in holds)


def ended_restores(value: str, now: datetime) -> tuple[str, ...]:
    """The restores that a tag names, by code, if each of them has ended; () when one has not, and for holders
    whose names did not fit."""
    named = _named((), value, "") if value else {}
    restores = {code: end for code, end in named.items() if code.startswith(("restore:", f"{OTHERS}."))}
    return tuple(sorted(restores)) if all(end <= now for end in restores.values()) else ()


def ended_holds(value: str, now: datetime) -> tuple[str, ...]:
    """The holders that a tag names, by code, whose end has passed; none for a tag that was set by hand."""
    return tuple(sorted(code for code, end in _named((), value, "").items() if end <= now))


def _named(known: Sequence[Hold], value: str | None, acting: str) -> dict[str, datetime]:
    """The holders named in a tag, by code, with their ends."""
    if value is None:
        return {}
    unnamed = [hold.holder for hold in known if not hold.named]
    if value == UNNAMED and unnamed:
        return {code_of(holder): FOREVER for holder in unnamed if holder != acting}
    found: dict[str, datetime] = {}
    for word in value.split(" ") if value.strip() else [value]:
        entry = _ENTRY.fullmatch(word)
        end = _end(entry.group(2)) if entry else None
        code, end = (entry.group(1), end) if entry and end else (HAND, FOREVER)
        found[code] = max(end, found.get(code, end))
    return _explained(found, known)


def _explained(found: Mapping[str, datetime], known: Sequence[Hold]) -> dict[str, datetime]:
    """`found` without the entry for holds that did not fit, if the journal knows equally many holds that last
    as long.
    """
    unnamed = [hold for hold in known if code_of(hold.holder) not in found]
    last = max((whole_seconds(hold.until) for hold in unnamed), default=None)

    def is_explained(code: str, end: datetime) -> bool:
        word, _, number = code.partition(".")
        return word == OTHERS and len(unnamed) >= int(number) and last is not None and last >= end

    return {code: end for code, end in found.items() if not is_explained(code, end)}


def _unknown(code: str) -> str:
    who = "somebody set the tag by hand" if code == HAND else f"the tag names {code}"
    return f"{who}, and the journal has no such hold"


def _entry(code: str, end: datetime) -> str:
    return code if end >= FOREVER else f"{code}@{compact(end)}"


def _end(written: str | None) -> datetime | None:
    """The end in an entry; None for an invalid date."""
    if written is None:
        return FOREVER
    try:
        return read_compact(written)
    except ValueError:
        return None
