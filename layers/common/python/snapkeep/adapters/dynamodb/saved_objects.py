"""Records of saved objects in the journal's table. They stay as long as what they are of."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item
from snapkeep.adapters.dynamodb.table import Refused, Table
from snapkeep.domain.objects.manifests import Archive, LeftOut, Subject, secrets_file_of
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved, Summary
from snapkeep.domain.times import precise

LEASE_FREE = "attribute_not_exists(#owner) OR #until <= :now OR #owner = :owner"


def saved_key(cluster: str, run_id: str, namespace: str) -> schema.Key:
    """The key of the record of a run and namespace; those of a run are beside each other."""
    return {schema.PK: f"OBJECTS#{cluster}", schema.SK: f"{run_id} {namespace}"}


class DynamoSavedObjects:
    """Implements the port SavedObjects."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write_saved(self, saved: Saved) -> None:
        subject = saved.subject
        key = saved_key(subject.cluster, subject.run, subject.namespace)
        self._table.put({**key, "saved": json.dumps(_document(saved))})

    def saved_of(self, cluster: str, run_id: str) -> Iterator[Saved]:
        key = saved_key(cluster, run_id, "")
        values = {"cluster": key[schema.PK], "run": key[schema.SK]}
        found = self._table.query("#pk = :cluster AND begins_with(#sk, :run)", values)
        yield from self._table.read_each(found, _saved)

    def newest_saved(self, cluster: str, policy: str) -> Iterator[Saved]:
        values = {"cluster": saved_key(cluster, "", "")[schema.PK], "run": f"{cluster}.{policy}."}
        condition = "#pk = :cluster AND begins_with(#sk, :run)"
        yield from self._table.read_each(self._table.query(condition, values, newest_first=True), _saved)

    def all_saved(self, cluster: str) -> Iterator[Saved]:
        key = saved_key(cluster, "", "")
        found = self._table.query("#pk = :cluster", {"cluster": key[schema.PK]})
        yield from self._table.read_each(found, _saved)

    def drop_saved(self, saved: Saved) -> None:
        subject = saved.subject
        self._table.delete(saved_key(subject.cluster, subject.run, subject.namespace))

    def lease_saving(self, subject: Subject, owner: str, until: datetime, now: datetime) -> bool:
        lease = {"owner": owner, "until": precise(until), "expires_at": schema.expiry(until, timedelta(0))}
        values = {"owner": owner, "now": precise(now)}
        try:
            self._table.put({**_lease_key(subject), **lease}, LEASE_FREE, values)
        except Refused:
            return False
        return True

    def release_saving(self, subject: Subject, owner: str) -> None:
        with suppress(Refused):
            self._table.delete(_lease_key(subject), "#owner = :owner", {"owner": owner})


def _lease_key(subject: Subject) -> schema.Key:
    """Leases are in a partition of their own, so that no list of records reads them."""
    return {schema.PK: f"SAVING#{subject.cluster}", schema.SK: f"{subject.run} {subject.namespace}"}


def _document(saved: Saved) -> dict[str, Any]:
    fields = dataclasses.asdict(saved)
    subject = fields["subject"] | {"slot": precise(saved.subject.slot)}
    return fields | {"subject": subject, "at": precise(saved.at)}


def _saved(item: Item) -> Saved:
    fields: Mapping[str, Any] = json.loads(item["saved"])
    subject = fields["subject"]
    slot, scope = datetime.fromisoformat(subject["slot"]), ObjectScope(subject["scope"])
    return Saved(
        **{
            **fields,
            "subject": Subject(**{**subject, "slot": slot, "scope": scope}),
            "archive": Archive(**fields["archive"]),
            "at": datetime.fromisoformat(fields["at"]),
            "refused": tuple(fields["refused"]),
            "summary": _summary(fields.get("summary")),
            "secrets_file": secrets_file_of(fields.get("secrets_file")),
        }
    )


def _summary(fields: Mapping[str, Any] | None) -> Summary | None:
    """The summary, None in a record of an earlier version."""
    if fields is None:
        return None
    return Summary(
        kinds=fields["kinds"],
        secrets=tuple(fields["secrets"]),
        makers=tuple(fields["makers"]),
        unasked=tuple(fields["unasked"]),
        unasked_count=fields["unasked_count"],
        left_out=tuple(
            LeftOut(**{**each, "names": tuple(each["names"])}) for each in fields.get("left_out", ())
        ),
    )
