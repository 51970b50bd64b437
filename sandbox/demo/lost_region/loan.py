"""The loan: the vault lends the copy of one claim, which comes back without the account's own copies."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from sandbox.demo.facts import ClaimFact, LiveCopy, ReturnFact
from sandbox.demo.kube import Admin
from sandbox.demo.lost_region import verify
from sandbox.demo.lost_region.configs import OSAKA, PLACE, SPARE, VAULT
from sandbox.demo.lost_region.copying import Copying
from sandbox.demo.lost_region.evidence import shared
from sandbox.demo.lost_region.workloads import Workloads
from sandbox.demo.person import Person, Said
from sandbox.demo.restore_act import pod_with
from sandbox.demo.steps import DemoError, Steps

NAMESPACE = "from-vault"
PLACE_OF_LOANS = "loan"


@dataclass
class Loan:
    """Lends as a person of the vault (`lender`), and borrows as one of the account (`borrower`). `said` holds
    what they typed and read."""

    steps: Steps
    copying: Copying
    lender: Person
    borrower: Person
    folder: Path
    said: list[Said] = dataclasses.field(default_factory=list)

    def borrow(self, claim: ClaimFact) -> LiveCopy:
        """Lend the vault's copy of a claim, copy it in Osaka, end the loan, and return the borrowed copy."""
        source = self.copying.newest[str(claim)].id
        lent = next(each for each in self.copying.copies(VAULT) if each.source_id == source)
        file = self.folder / "loan.json"
        own = {each.id for each in self.copying.copies(PLACE)}
        with self.steps.step(f"The vault lends its copy of {claim.claim}, and Osaka borrows it") as line:
            self._types(
                self.lender, f"snapkeep copies lend {lent.id} --to {PLACE.account} --for 1h -o {file}"
            )
            self._types(self.borrower, f"snapkeep copies borrow --loan {file} --wait")
            self._types(self.lender, f"snapkeep copies end-loan {lent.id} --to {PLACE.account}")
            (copy,) = [each for each in self.copying.copies(PLACE) if each.id not in own]
            left = shared(self.copying.sandbox, VAULT.account, PLACE.account, OSAKA)
            if left or copy.key != PLACE.key or copy.state != "completed":
                raise DemoError(f"{copy.id} is {copy.state} under {copy.key}; still lent: {left}")
            line.say(
                f"{lent.id} of {VAULT.account} is {copy.id} of {PLACE.account}; nothing is lent any more"
            )
        return copy

    def restore(self, claim: ClaimFact, admin: Admin) -> ReturnFact:
        """Restore the claim from its borrowed copy into a namespace of its own, and let a pod use it."""
        there = dataclasses.replace(claim, namespace=NAMESPACE)
        source = f"--claim {claim.claim} --from-namespace {claim.namespace}"
        command = (
            f"snapkeep restore --from-place {PLACE_OF_LOANS} {source} -n {NAMESPACE} --cluster {SPARE} --wait"
        )
        with self.steps.step(f"Restore {claim.claim} from the loan into namespace {NAMESPACE}") as line:
            admin.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
            self._types(self.borrower, command)
            admin.create(f"/api/v1/namespaces/{NAMESPACE}/pods", pod_with(claim.claim))
            workloads = Workloads(self.copying.sandbox, admin)
            workloads.wait_bound(there, line)
            fact = workloads.returned(there, self.copying.copies(PLACE))
            self._check(fact, claim)
            line.say(f"bound: {fact.volume_id}, made from {fact.copy_id}, holds {fact.holds}")
        return fact

    def _check(self, fact: ReturnFact, claim: ClaimFact) -> None:
        name = str(claim)
        found = dataclasses.replace(fact, claim=name)
        wrong = verify.returned([found], {name: self.copying.newest[name]}, self.copying.written)
        if wrong:
            raise DemoError("\n".join(wrong))

    def _types(self, person: Person, command: str) -> None:
        self.said.append(person.types(command))
