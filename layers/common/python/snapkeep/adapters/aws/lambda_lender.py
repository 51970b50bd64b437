"""Invokes lend_copies and waits for its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.lambda_calls import PATIENCE, ask
from snapkeep.domain.errors import LoanRefused, NotFound, TemporaryError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaLender:
    """Implements the Lender port. `client` must not wait longer than PATIENCE for an answer, nor retry."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda, self._function = client, function

    def lend(self, snapshot_id: str, account: str, seconds: int, caller: str) -> dict[str, Any]:
        """Lend a copy; returns the loan document. Raises LoanRefused and NotFound."""
        asked = {"lend": snapshot_id, "account": account, "seconds": seconds, "caller": caller}
        return self._asked(asked, f"loan of {snapshot_id}")

    def end(self, snapshot_id: str, account: str, caller: str) -> None:
        """End a loan now. Raises NotFound."""
        asked = {"end": snapshot_id, "account": account, "caller": caller}
        self._asked(asked, f"end of the loan of {snapshot_id}")

    def _asked(self, message: dict[str, Any], work: str) -> dict[str, Any]:
        too_long = (
            f"the {work} takes longer than {PATIENCE.total_seconds():.0f} s and goes on: run the same "
            "command again; `snapkeep get loans` shows how far it is"
        )
        answer: dict[str, Any] = ask(self._lambda, self._function, message, work, too_long)
        if "refused" in answer:
            raise LoanRefused(answer["refused"], answer["fix"])
        if "not_found" in answer:
            raise NotFound(answer["not_found"])
        if "later" in answer:
            raise TemporaryError(answer["later"])
        return dict(answer["loan"])
