"""Publishes what a vault lends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.events import EventAnnouncer
from snapkeep.domain.report.announcements import Event

if TYPE_CHECKING:
    from snapkeep.domain.vault.loans import Loan


class LoanAnnouncer(EventAnnouncer):
    """Publishes loans' events to the same bus; their troubles are published like all others."""

    def loan_begun(self, loan: Loan) -> None:
        """Publish that a copy is lent, and who (an ARN) asked for it."""
        self.put(Event.LOAN_BEGUN, _detail(loan) | {"caller": loan.by})

    def loan_ended(self, loan: Loan) -> None:
        """Publish that a loan has ended, and why."""
        self.put(Event.LOAN_ENDED, _detail(loan) | {"reason": loan.reason})


def _detail(loan: Loan) -> dict[str, Any]:
    return {
        "cluster": loan.cluster,
        "namespace": loan.namespace,
        "claim": loan.claim,
        "point": loan.point,
        "place": loan.place,
        "snapshot": loan.snapshot_id,
        "account": loan.account,
        "until": loan.until.isoformat(),
    }
