"""Every few minutes: ends the loans whose time is over, and rights of accounts that no loan explains."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.domain.vault.loans import Grant, Loan, outlived
from snapkeep.domain.vault.vault import Vault
from snapkeep.ports.clock import Clock
from snapkeep.ports.loans import Grants, Loans
from snapkeep.ports.vaults import Shares
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.restore.sweep_holds import SweepHolds
from snapkeep.services.tell_troubles import TellTroubles
from snapkeep.services.vault.lending.end_loans import EndLoans

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SweepReport:
    """What a pass ended: `ended` by their time, `unknown` those that the journal does not know; `given_up`
    says what could not be ended, and why."""

    ended: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepLoans:
    """Looks at the journal, at what is shared, and at the grants: a lost journal hides no loan."""

    vault: Vault
    loans: Loans
    shares: Shares
    grants: Grants
    ender: EndLoans
    forgotten_holds: SweepHolds
    teller: TellTroubles
    giver_up: GiveUp
    clock: Clock

    def run(self) -> SweepReport:
        """One pass. Trouble with one loan does not stop the others; people are told of it at once."""
        report = SweepReport()
        with part_of_a_pass("the loans", report.given_up, "the list of loans"):
            for loan in list(self.loans.open_loans()):
                if loan.is_over(self.clock()):
                    self._end(loan, report)
        with part_of_a_pass("what no loan explains", report.given_up, "the search for rights without a loan"):
            self._end_unknown(report)
        with part_of_a_pass("ended holds", report.given_up, "the ended holds"):
            self.ender.holds.release_ended()
        with part_of_a_pass("forgotten holds", report.given_up, "the holds that no journal knows"):
            self.forgotten_holds.run()
        self._tell(report)
        return report

    def _end(self, loan: Loan, report: SweepReport) -> None:
        with part_of_a_pass(loan.subject, report.given_up, loan.subject):
            self.ender.end(loan)
            report.ended.append(loan.subject)

    def _end_unknown(self, report: SweepReport) -> None:
        """End the rights that no loan explains. What cannot be listed hides nothing else."""
        granted: list[Grant] = []
        with part_of_a_pass("the grants", report.given_up, "the list of grants"):
            granted = list(self.grants.of_loans(self.vault.kms_key))
        borrowers = {*self.vault.lend_to, *(each.account for each in granted if each.snapshot_id)}
        with part_of_a_pass("the borrowers", report.given_up, "the list of earlier loans"):
            borrowers |= {loan.account for loan in self.loans.loans()}
        rights = {(each.snapshot_id, each.account) for each in granted if each.snapshot_id}
        for account in sorted(borrowers):
            with part_of_a_pass(account, report.given_up, f"the list of what is shared with {account}"):
                rights |= {(each.id, account) for each in self.shares.shared_with(account)}
        for snapshot_id, account in sorted(rights):
            self._check(snapshot_id, account, report)
        for grant in outlived(granted, borrowers):
            subject = f"grant {grant.id} of {grant.account}"
            with part_of_a_pass(subject, report.given_up, subject):
                log.warning("%s made grant %s on the vault's key, and has no loan", grant.account, grant.id)
                self.grants.revoke(grant)
                report.unknown.append(subject)

    def _check(self, snapshot_id: str, account: str, report: SweepReport) -> None:
        """Take back a right that no open loan explains; the loan is read as it is now. One that begins just
        then may have lost its rights, so it ends, for everybody to see."""
        subject = f"{snapshot_id} to {account}"
        with part_of_a_pass(subject, report.given_up, subject):
            known = self.loans.loan(snapshot_id, account)
            if known is None or not known.is_open:
                log.warning("%s is lent to %s, but the journal knows no such loan", snapshot_id, account)
                self.ender.take_back(snapshot_id, account, self.vault.kms_key)
                report.unknown.append(subject)
                begun = self.loans.loan(snapshot_id, account)
                if begun is not None and begun.is_open:
                    self.ender.end(begun, "it began while an earlier one was taken back: lend again")

    def _tell(self, report: SweepReport) -> None:
        topic = Topic(TroubleKind.LOANS_NOT_ENDED, "", "loans")
        with part_of_a_pass("telling", report.given_up, "telling people of loans"):
            self.teller.tell(topic, dict(report.given_up))
        report.given_up = self.giver_up.report(report.given_up)
