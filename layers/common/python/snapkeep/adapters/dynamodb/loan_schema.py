"""How a vault's loans are keyed in the journal's table; `schema.py` lists all keys."""

from __future__ import annotations

from snapkeep.adapters.dynamodb.schema import PK, SK, Key

OPEN_LOANS = "loan"
"""The key of open loans in the `open` index."""

ALL_LOANS = "loans"
"""The key of all loans in the `runs` index, sorted by their begin."""


def loan_key(snapshot_id: str, account: str) -> Key:
    """The key of the loan of a copy to an account."""
    return {PK: f"LOAN#{snapshot_id}", SK: f"ACCOUNT#{account}"}
