"""The value of the tag `snapkeep:hold`: whose holds it stands for, and until when each of them lasts.

`cluster:admin-0a1b2c3d4e restore:0123456789abcdef@20261201T093000Z` names a caller's hold without an end
and a restore's with one. Whatever else a value says was set by hand and holds for good. A journal may be
lost or restored from an old copy, so nothing that only the tag says is ever taken away: it is journaled.

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
"""The value that named no holder: versions before wrote it, and people write it by hand."""

HAND = "hand"
OTHERS = "others"
KINDS = ("restore", "failed", "cluster", "namespace", "api")

NAME_LENGTH = 16
"""Characters of a holder's name that people may read; the hash behind it tells holders apart."""


_ENTRY = re.compile(
    rf"((?:{'|'.join(KINDS)}):[A-Za-z0-9_.-]+|{HAND}|{OTHERS}\.[1-9][0-9]*)(?:@([0-9]{{8}}T[0-9]{{6}}Z))?"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a journal and a tag say together: which holds are in force, and which are over.

    `learned` are those in force that the journal must be told: it does not know them or ends them sooner.
    """

    in_force: tuple[Hold, ...]
    learned: tuple[Hold, ...]
    over: tuple[Hold, ...]


def code_of(holder: str) -> str:
    """The name of a holder in the tag; that of a name in the tag is itself."""
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
    """An end as a tag can say it: never sooner."""
    if end >= FOREVER:
        return FOREVER
    whole = end.astimezone(UTC).replace(microsecond=0)
    return whole if whole >= end else whole + timedelta(seconds=1)


def write_tag(holds: Iterable[Hold]) -> str:
    """The tag of these holds, longest first; those that do not fit become one entry with their last end."""
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
    """What the journal's holds on a snapshot and its tag (None without one) say together.

    `needed` are holders that stay in force whatever their end; `acting` is who holds the point right now. A
    hold is over when it was given back, or when the journal and the tag agree that its time is; one set by
    hand when the tag does not say so any more. `looked` is False where the tag was not read.

    Two holds may go by one name in the tag: a holder's own, and one that was learned from the tag when the
    journal did not know its holder. Whoever gives back gives both back, so a holder's own that is not was set
    after that.
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
    """True when a tag still stands for one of these holds."""
    named = _named(holds, value, "")
    return any(code_of(hold.holder) in named for hold in holds)


def _named(known: Sequence[Hold], value: str | None, acting: str) -> dict[str, datetime]:
    """Who is named in a tag, with the end of each."""
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
    """Without the entry for those that did not fit, if the journal knows as many, for as long."""
    unnamed = [hold for hold in known if code_of(hold.holder) not in found]
    last = max((whole_seconds(hold.until) for hold in unnamed), default=None)

    def is_explained(code: str, end: datetime) -> bool:
        word, _, number = code.partition(".")
        return word == OTHERS and len(unnamed) >= int(number) and last is not None and last >= end

    return {code: end for code, end in found.items() if not is_explained(code, end)}


def _unknown(code: str) -> str:
    who = "somebody set the tag by hand" if code == HAND else f"the tag names {code}"
    return f"{who}, and no such hold was journaled"


def _entry(code: str, end: datetime) -> str:
    return code if end >= FOREVER else f"{code}@{compact(end)}"


def _end(written: str | None) -> datetime | None:
    """The end that an entry names; None for one that no calendar has."""
    if written is None:
        return FOREVER
    try:
        return read_compact(written)
    except ValueError:
        return None
