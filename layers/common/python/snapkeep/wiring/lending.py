"""The services that lend a vault's copies."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from snapkeep.domain.errors import Invalid, LoanRefused, NotFound, SnapkeepError
from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snapkeep.domain.vault.loans import Loan
    from snapkeep.domain.vault.vault import Vault
    from snapkeep.inbound.loans import LoanRequest
    from snapkeep.ports.loans import Lender
    from snapkeep.services.vault.lending.end_loans import EndLoans
    from snapkeep.services.vault.lending.lend import Lend
    from snapkeep.services.vault.lending.sweep_loans import SweepLoans
    from snapkeep.wiring.ports import Ports

PATIENCE = timedelta(minutes=15)
"""How long trouble may last before people are told that lend_copies gives up."""


def lend(ports: Ports) -> Lend:
    """The service that lends copies."""
    from snapkeep.services.vault.lending.lend import Lend

    ender = end_loans(ports)
    return Lend(
        vault_of(ports),
        ports.everybodys_snapshots,
        ports.journal.loans,
        ports.shares,
        ports.grants,
        ender.holds,
        ender,
        ports.loan_news,
        ports.clock,
    )


def end_loans(ports: Ports) -> EndLoans:
    """The service that ends loans."""
    from snapkeep.services.restore.holds import HoldPoints
    from snapkeep.services.vault.lending.end_loans import EndLoans

    journal = ports.journal
    holds = HoldPoints(ports.everybodys_snapshots, journal.holds, journal.restores, ports.clock)
    return EndLoans(journal.loans, ports.shares, ports.grants, holds, ports.loan_news, ports.clock)


def sweep_loans(ports: Ports) -> SweepLoans:
    """The service that ends what is over, and what no loan explains."""
    from snapkeep.services.restore.sweep_holds import SweepHolds
    from snapkeep.services.vault.lending.sweep_loans import SweepLoans

    ender, copies = end_loans(ports), ports.everybodys_snapshots
    return SweepLoans(
        vault_of(ports),
        ports.journal.loans,
        ports.shares,
        ports.grants,
        ender,
        SweepHolds(ports.deployment, copies, copies, ender.holds, ports.clock),
        tell_troubles(ports, ports.loan_news),
        give_up(ports, ports.loan_news, "lend_copies", PATIENCE),
        ports.clock,
    )


def lender_of(ports: Ports) -> Lender:
    """The function that lends. Raises Invalid for a deployment that is no vault."""
    vault_of(ports)
    return ports.lender


def list_loans(ports: Ports, limit: int) -> Sequence[Loan]:
    """The last loans, newest first. Raises Invalid for a deployment that is no vault."""
    vault_of(ports)
    return list(islice(ports.journal.loans.loans(), limit))


def vault_of(ports: Ports) -> Vault:
    """The vault of the deployment. Raises Invalid for a deployment that is none."""
    vault = ports.deployment.vault
    if vault is None:
        raise Invalid("this deployment is not a vault: only a vault lends copies")
    return vault


def answer(ports: Ports, request: LoanRequest) -> dict[str, Any]:
    """The function's answer to the API: the loan document, or why there is none."""
    try:
        if request.ends:
            end_loans(ports).by_hand(request.copy, request.account, request.caller)
            return {"loan": {}}
        lent = lend(ports).lend(request.copy, request.account, request.lasts, request.caller)
    except LoanRefused as error:
        return {"refused": error.reason, "fix": error.fix}
    except NotFound as error:
        return {"not_found": error.reason}
    except SnapkeepError as error:
        return {"later": error.reason}
    return {"loan": lent.to_document()}
