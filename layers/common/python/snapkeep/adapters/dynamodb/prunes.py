"""Deletions, prunes and the retentions they went by, in the journal's table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, at_of
from snapkeep.adapters.dynamodb.table import ATTEMPTS, WRITE_BATCH, Contended, Refused, Table, key_of
from snapkeep.domain.errors import UnreadableRecord
from snapkeep.domain.retention.deletion.brake_refusals import Kind, Refusal
from snapkeep.domain.retention.deletion.deletions import (
    Announced,
    Deletion,
    DeletionStep,
    LastPrune,
    PruneLease,
)
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.domain.times import precise

GONE_PAGE = 2000
"""Claims of one item: 36 characters of UID and 25 of time each, far below the 400 KB of an item."""

REFUSED_PAGE = 8000
"""Snapshot ids of one item: 25 characters each, half of the 400 KB of an item."""

LEASE_FREE = "attribute_not_exists(#owner) OR #until <= :now OR #owner = :owner"

IS_OPEN = "attribute_exists(#open)"
NOT_OPEN = "attribute_not_exists(#open)"


class PruneRecords:
    """The part of the journal that knows pruning."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def intend_deletions(self, deletions: Sequence[Deletion]) -> Sequence[str]:
        """Journal deletions before anything is done; those under way already stay as they are.

        Returns the snapshots whose deletion is known and cannot be read: they must be left alone.
        """
        unreadable: list[str] = []
        for some in chunks(deletions, WRITE_BATCH):
            try:
                self._table.write_all(
                    [("Put", self._table.put_statement(_item(item), NOT_OPEN, {})) for item in some]
                )
            except (Refused, UnreadableRecord):  # one is under way: the others are written one by one
                unreadable += [item.snapshot_id for item in some if not self._intend(item)]
        return unreadable

    def _intend(self, deletion: Deletion) -> bool:
        """Journal one deletion; False when it is known and cannot be read."""
        try:
            self._table.put(_item(deletion), NOT_OPEN)
        except (Refused, UnreadableRecord):
            known = self._table.get(schema.deletion_key(deletion.snapshot_id))
            return known is None or any(True for _ in self._table.read_each([known], _deletion))
        return True

    def open_deletions(self, cluster: str) -> Iterator[Deletion]:
        """Deletions of a cluster that are not ended; the index lags."""
        values = {"open": schema.open_deletions_key(cluster)}
        keys = [key_of(item) for item in self._table.query("#open = :open", values, schema.OPEN_INDEX)]
        for some in chunks(keys, 100):
            items = (item for item in self._table.get_many(some) if "open" in item)
            yield from self._table.read_each(items, _deletion)

    def move_deletion(self, snapshot_id: str, step: DeletionStep) -> None:
        """Journal that a step of an open deletion was taken; one that ended stays as it is."""
        self._change(snapshot_id, "SET #step = :step", {"step": step.value})

    def end_deletion(self, snapshot_id: str, outcome: str, now: datetime) -> None:
        """Journal how a deletion ended, in words; from now on it may expire."""
        values = {"outcome": outcome, "now": precise(now), "expires": schema.expiry(now)}
        change = "SET #outcome = :outcome, #ended_at = :now, #expires_at = :expires REMOVE #open"
        self._change(snapshot_id, change, values)

    def knows_deletion(self, snapshot_id: str) -> bool:
        """True when a deletion of that snapshot was intended, whatever became of it."""
        return self._table.get(schema.deletion_key(snapshot_id)) is not None

    def last_prune(self, cluster: str) -> LastPrune | None:
        """The last prune of a cluster whose plan was let through."""
        item = self._table.get(schema.last_prune_key(cluster))
        if item is None:
            return None
        return self._table.read(item, partial(_last_prune, cluster))

    def write_last_prune(self, prune: LastPrune) -> None:
        """Journal that the plan of a prune was let through."""
        key = schema.last_prune_key(prune.cluster)
        self._table.put({**key, "at": precise(prune.at), "pending": list(prune.pending)})

    def last_sweep(self, cluster: str) -> datetime | None:
        """When a sweep of a cluster came to its end last."""
        item = self._table.get(schema.last_sweep_key(cluster))
        return self._table.read(item, at_of) if item else None

    def write_last_sweep(self, cluster: str, at: datetime) -> None:
        """Journal that a sweep came to its end."""
        self._table.put({**schema.last_sweep_key(cluster), "at": precise(at)})

    def refusals(self, cluster: str) -> Sequence[Refusal]:
        """The open refusals of the brake in a cluster, oldest first."""
        values = {"cluster": schema.last_prune_key(cluster)[schema.PK], "refusal": schema.REFUSAL_PREFIX}
        items = self._table.query("#pk = :cluster AND begins_with(#sk, :refusal)", values)
        found = [self._table.read(item, partial(self._refusal, cluster)) for item in items]
        return sorted(found, key=lambda refusal: (refusal.since, refusal.token))

    def write_refusal(self, refusal: Refusal) -> None:
        """Journal a refusal: its names first, so that none is lost from one that is being rewritten."""
        pages = list(chunks(sorted(refusal.names), REFUSED_PAGE))
        for number, names in enumerate(pages):
            key = schema.refused_key(refusal.cluster, refusal.token, number)
            self._table.put({**key, "names": json.dumps(names)})
        announced = {"announced_at": precise(refusal.announced_at)} if refusal.announced_at else {}
        self._table.put(
            {
                **schema.refusal_key(refusal.cluster, refusal.token),
                "token": refusal.token,
                "pages": len(pages),
                "reason": refusal.reason,
                "since": precise(refusal.since),
                "rules": refusal.rules,
                "kind": refusal.kind.value,
                **announced,
            }
        )

    def remove_refusal(self, cluster: str, token: str) -> None:
        """Forget a refusal, and then the names that nothing refers to any more."""
        key = schema.refusal_key(cluster, token)
        item = self._table.get(key)
        if item is None:
            return
        self._table.delete(key)
        self._table.delete_many(
            [schema.refused_key(cluster, token, number) for number in range(int(item["pages"]))]
        )

    def _refusal(self, cluster: str, item: Item) -> Refusal:
        keys = [schema.refused_key(cluster, item["token"], number) for number in range(int(item["pages"]))]
        announced = item.get("announced_at")
        return Refusal(
            cluster=cluster,
            token=item["token"],
            names=frozenset(
                name
                for some in chunks(keys, 100)
                for page in self._table.get_many(some)
                for name in json.loads(page["names"])
            ),
            reason=item["reason"],
            since=datetime.fromisoformat(item["since"]),
            rules=item["rules"],
            announced_at=datetime.fromisoformat(announced) if announced else None,
            kind=Kind(item.get("kind", Kind.POINTS)),  # versions before knew points only
        )

    def lease_prune(self, lease: PruneLease, now: datetime) -> PruneLease:
        """Take the lease of a cluster's prune unless another owner's has not ended; the one that holds."""
        key = schema.prune_lease_key(lease.cluster)
        values = {"owner": lease.owner, "until": precise(lease.until), "now": precise(now)}
        for attempt in range(ATTEMPTS):
            try:
                self._table.update(key, "SET #owner = :owner, #until = :until", LEASE_FREE, values)
                return lease
            except Refused:
                item = self._table.get(key) or {}
            if "owner" in item:
                return PruneLease(lease.cluster, item["owner"], datetime.fromisoformat(item["until"]))
            self._table.pause(attempt)  # it was given back between the two calls
        raise Contended(f"the prune lease of {lease.cluster}")

    def release_prune(self, cluster: str, owner: str) -> None:
        """Give the lease of a cluster's prune back; somebody else's stays."""
        key = schema.prune_lease_key(cluster)
        try:
            self._table.update(key, "REMOVE #owner, #until", "#owner = :owner", {"owner": owner})
        except Refused:
            return

    def announced(self, cluster: str) -> Announced:
        """What the world was told of a cluster last; nothing yet is an empty one."""
        item = self._table.get(schema.announced_key(cluster))
        return self._table.read(item, partial(_told, cluster)) if item else Announced(cluster)

    def record_announced(self, told: Announced) -> None:
        """Journal what the world was told of a cluster."""
        key = schema.announced_key(told.cluster)
        self._table.put({**key, "frozen": told.frozen, "orphaned": list(told.orphaned)})

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        """The claims (UIDs) of a cluster that prune found deleted, and since when."""
        pages = (self._table.read(item, _gone) for item in self._gone_pages(cluster))
        return {uid: since for page in pages for uid, since in page.items()}

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        """Replace what is known of a cluster's deleted claims.

        A crash between two pages forgets claims of the second: they are found gone again, later.
        """
        texts = [(uid, precise(time)) for uid, time in sorted(since.items())]
        pages = list(chunks(texts, GONE_PAGE))
        known = sum(1 for _ in self._gone_pages(cluster))
        for number in range(max(len(pages), known)):
            page = dict(pages[number]) if number < len(pages) else {}
            self._table.put({**schema.gone_claims_key(cluster, number), "claims": json.dumps(page)})

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        """The retentions that prune saw for a policy, oldest first."""
        item = self._table.get(schema.retention_key(cluster, policy))
        return self._table.read(item, _versions) if item else []

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        """Replace what is known of a policy's retentions."""
        versions = [
            {
                "block": dict(item.block),
                "timezone": item.timezone,
                "since": precise(item.since),
                "spacing": item.spacing.total_seconds() if item.spacing else None,
            }
            for item in history
        ]
        self._table.put({**schema.retention_key(cluster, policy), "versions": json.dumps(versions)})

    def _gone_pages(self, cluster: str) -> Iterator[Item]:
        values = {"cluster": schema.last_prune_key(cluster)[schema.PK], "gone": schema.GONE_PREFIX}
        return self._table.query("#pk = :cluster AND begins_with(#sk, :gone)", values)

    def _change(self, snapshot_id: str, change: str, values: Item) -> None:
        try:
            self._table.update(schema.deletion_key(snapshot_id), change, IS_OPEN, values)
        except Refused:
            return


def _item(deletion: Deletion) -> dict[str, str]:
    return {
        **schema.deletion_key(deletion.snapshot_id),
        "open": schema.open_deletions_key(deletion.cluster),
        "slot": precise(deletion.planned_at),
        "snapshot_id": deletion.snapshot_id,
        "cluster": deletion.cluster,
        "reason": deletion.reason,
        "step": deletion.step.value,
    }


def _deletion(item: Item) -> Deletion:
    return Deletion(
        snapshot_id=item["snapshot_id"],
        cluster=item["cluster"],
        reason=item["reason"],
        planned_at=datetime.fromisoformat(item["slot"]),
        step=DeletionStep(item["step"]),
    )


def _last_prune(cluster: str, item: Item) -> LastPrune:
    return LastPrune(cluster, at_of(item), tuple(item["pending"]))


def _told(cluster: str, item: Item) -> Announced:
    return Announced(cluster, item["frozen"], tuple(item["orphaned"]))


def _gone(item: Item) -> dict[str, datetime]:
    return {uid: datetime.fromisoformat(since) for uid, since in json.loads(item["claims"]).items()}


def _versions(item: Item) -> list[RetentionVersion]:
    return [
        RetentionVersion(
            entry["block"],
            entry["timezone"],
            datetime.fromisoformat(entry["since"]),
            timedelta(seconds=entry["spacing"]) if entry.get("spacing") else None,
        )
        for entry in json.loads(item["versions"])
    ]
