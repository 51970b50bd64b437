"""Checks of points and suspicions in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item
from snapkeep.adapters.dynamodb.table import IS_NEW, Refused, Table
from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.times import precise
from snapkeep.ports.checks import PointOfClaim

KEEP_CHECKS = timedelta(days=400)
"""How long a check stays: later points are compared with the newest good one."""

KEEP_LOOKS = timedelta(days=14)
"""How long it is known that looks into a point did not end; after 8 days a point is not looked into."""

SEPARATOR = " "


def check_key(cluster: str, namespace: str, claim: str, point_id: str, place: str = "") -> schema.Key:
    """The key of the check of a point, or of its copy in a place; those of a claim are beside each other."""
    where = SEPARATOR.join((namespace, claim, point_id))
    return {schema.PK: f"CHECKS#{cluster}{_at(place)}", schema.SK: where}


def suspicion_key(cluster: str, point_id: str, place: str = "") -> schema.Key:
    """The key of the suspicion that a point raises, or its copy in a place."""
    return {schema.PK: f"SUSPICIONS#{cluster}", schema.SK: f"{point_id}{_at(place)}"}


def looks_key(snapshot_id: str) -> schema.Key:
    """The key of the looks into a snapshot that did not end."""
    return {schema.PK: f"LOOKS#{snapshot_id}", schema.SK: "BEGUN"}


def _at(place: str) -> str:
    """No name of a cluster or point contains the separator."""
    return f"@{place}" if place else ""


class DynamoChecks:
    """Implements the ports Checks and Suspicions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write_check(self, check: Check) -> None:
        subject = check.subject
        key = check_key(subject.cluster, subject.namespace, subject.claim, subject.point_id, subject.place)
        expires = schema.expiry(max(check.at, subject.taken), KEEP_CHECKS)
        self._table.put({**key, "check": json.dumps(_document(check)), schema.EXPIRES_AT: expires})

    def checks(self, cluster: str, points: Sequence[PointOfClaim], place: str = "") -> Mapping[str, Check]:
        keys = [check_key(cluster, *each, place) for each in dict.fromkeys(points)]
        found = self._table.read_each(self._table.get_many(keys), _check) if keys else ()
        return {each.subject.point_id: each for each in found}

    def checks_of(self, cluster: str, namespace: str, claim: str) -> Iterator[Check]:
        key = check_key(cluster, namespace, claim, "")
        values = {"cluster": key[schema.PK], "claim": key[schema.SK]}
        found = self._table.query("#pk = :cluster AND begins_with(#sk, :claim)", values)
        yield from self._table.read_each(found, _check)

    def looks_begun(self, snapshot_id: str) -> int:
        return sum(int(each["begun"]) for each in self._table.get_many([looks_key(snapshot_id)]))

    def write_looks_begun(self, snapshot_id: str, count: int, at: datetime) -> None:
        expires = schema.expiry(at, KEEP_LOOKS)
        self._table.put({**looks_key(snapshot_id), "begun": count, schema.EXPIRES_AT: expires})

    def write_suspicion(self, suspicion: Suspicion) -> None:
        subject = suspicion.subject
        item = {
            **suspicion_key(subject.cluster, subject.point_id, subject.place),
            "subject": json.dumps(_subject_document(subject)),
            "reason": suspicion.reason,
            "good": suspicion.good,
        }
        with suppress(Refused):
            self._table.put(item, IS_NEW, {})

    def suspicions(self, cluster: str) -> Collection[Suspicion]:
        key = suspicion_key(cluster, "")
        found = self._table.query("#pk = :cluster", {"cluster": key[schema.PK]})
        return [self._table.read(item, _suspicion) for item in found]

    def drop_suspicion(self, suspicion: Suspicion) -> None:
        subject = suspicion.subject
        self._table.delete(suspicion_key(subject.cluster, subject.point_id, subject.place))


def _document(check: Check) -> dict[str, Any]:
    fields = dataclasses.asdict(check)
    return fields | {"subject": _subject_document(check.subject), "at": precise(check.at)}


def _subject_document(subject: Subject) -> dict[str, Any]:
    """Without a place, an earlier version can read it as well."""
    fields = dataclasses.asdict(subject) | {"taken": precise(subject.taken)}
    return fields if subject.place else {key: value for key, value in fields.items() if key != "place"}


def _check(item: Item) -> Check:
    fields = json.loads(item["check"])
    look = fields["look"]
    return Check(
        **fields
        | {
            "subject": _subject(fields["subject"]),
            "verdict": Verdict(fields["verdict"]),
            "at": datetime.fromisoformat(fields["at"]),
            "reasons": tuple(fields["reasons"]),
            "look": Look(**look | {"names": tuple(look["names"])}) if look else None,
        }
    )


def _subject(fields: Mapping[str, Any]) -> Subject:
    return Subject(**{**fields, "taken": datetime.fromisoformat(fields["taken"])})


def _suspicion(item: Item) -> Suspicion:
    return Suspicion(_subject(json.loads(item["subject"])), item["reason"], item["good"])
