"""A vault's loans in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from snapkeep.adapters.dynamodb import loan_schema, schema
from snapkeep.adapters.dynamodb.items import Item
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.times import precise
from snapkeep.domain.vault.loans import Loan, LoanStage

READ_AHEAD = 100
"""How many loans one call reads."""

TIMES = ("begun_at", "until", "ended_at")


class DynamoLoans:
    """Implements the Loans port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write_loan(self, loan: Loan) -> Loan:
        following = replace(loan, revision=loan.revision + 1)
        condition, values = (
            ("#revision = :known", {"known": loan.revision}) if loan.revision else (IS_NEW, {})
        )
        try:
            self._table.put(_item(following), condition, values)
        except Refused as error:
            raise Contended(f"the loan of {loan.snapshot_id} to {loan.account}") from error
        return following

    def loan(self, snapshot_id: str, account: str) -> Loan | None:
        item = self._table.get(loan_schema.loan_key(snapshot_id, account))
        return self._table.read(item, _loan) if item else None

    def open_loans(self) -> Iterator[Loan]:
        entries = self._table.query("#open = :value", {"value": loan_schema.OPEN_LOANS}, schema.OPEN_INDEX)
        yield from (loan for loan in self._read(entries) if loan.is_open)

    def loans(self) -> Iterator[Loan]:
        condition, values = "#policy_key = :value", {"value": loan_schema.ALL_LOANS}
        yield from self._read(self._table.query(condition, values, schema.RUNS_INDEX, newest_first=True))

    def _read(self, entries: Iterable[Item]) -> Iterator[Loan]:
        """The loans named by entries of an index, in their order."""
        remaining = iter(entries)
        while keys := [key_of(item) for item in islice(remaining, READ_AHEAD)]:
            found = {(item[schema.PK], item[schema.SK]): item for item in self._table.get_many(keys)}
            places = ((key[schema.PK], key[schema.SK]) for key in keys)
            yield from self._table.read_each((found[place] for place in places if place in found), _loan)


def _item(loan: Loan) -> dict[str, Any]:
    """The item of a loan: in the index of open ones while it is open, then with an expiry."""
    ended = loan.ended_at or loan.until
    place: dict[str, Any] = (
        {"open": loan_schema.OPEN_LOANS} if loan.is_open else {schema.EXPIRES_AT: schema.expiry(ended)}
    )
    fields = dataclasses.asdict(loan)
    fields |= {name: precise(fields[name]) for name in TIMES if fields[name] is not None}
    return {
        **loan_schema.loan_key(loan.snapshot_id, loan.account),
        **place,
        "policy_key": loan_schema.ALL_LOANS,
        "slot": precise(loan.begun_at),
        "revision": loan.revision,
        "loan": json.dumps(fields),
    }


def _loan(item: Item) -> Loan:
    fields = json.loads(item["loan"])
    times = {name: datetime.fromisoformat(fields[name]) for name in TIMES if fields[name] is not None}
    return Loan(**fields | times | {"stage": LoanStage(fields["stage"])})
