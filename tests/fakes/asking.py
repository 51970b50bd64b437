"""A world whose points are copied by a vault, which the test plays.

`answer()` is what the vault says of the newest request for a claim.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.requests import (
    CopyAnswer,
    CopyRequest,
    Outcome,
    Received,
    read_answer,
    read_request,
)
from snapkeep.services.copies.turn import PlaceReport
from snapkeep.wiring import copies
from tests.fakes.copying import CopyWorld, WrappedRegions, to_osaka
from tests.fakes.faults import Crash
from tests.fakes.vault import FakeShares, FakeVaults

ACCOUNT = "222233334444"
VAULT = Place("vault", "eu-west-1", "", account=ACCOUNT)
VAULT_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
TO_VAULT = to_osaka(to="vault", retention={"last": 1}, lock=None)


class AskWorld(CopyWorld):
    """A cluster with these claims, whose points of `SLOT` are ready and not asked for yet."""

    def __init__(
        self,
        *claims: str,
        wrap: Callable[[Any], Any] = lambda port: port,
        place: Place = VAULT,
        **rule: Any,
    ) -> None:
        self.vaults = FakeVaults()
        self.in_vault: dict[str, str] = {}
        super().__init__(*claims, rule=replace(TO_VAULT, **rule), wrap=wrap, place=place)

    def build(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        if not hasattr(self, "shares"):
            self.shares = FakeShares(self.ebs, self.keys, self.deployment.name)
        ports = replace(
            self.ports(wrap),
            deployment=self.deployment,
            regions=WrappedRegions(self.regions, wrap),
            shares=wrap(self.shares),
            vaults=wrap(self.vaults),
            copy_news=wrap(self.news),
        )
        self.taker = copies.take_copies(ports)

    def requests(self, claim: str = "") -> list[CopyRequest]:
        """The requests that the vault got (for a claim), as it reads them."""
        found = [read_request(request.to_document()) for _, request in self.vaults.asked]
        return [each for each in found if claim in ("", each.tags[tags.CLAIM])]

    def answer_to(self, claim: str, outcome: Outcome = Outcome.READY, **changes: Any) -> Received:
        """An answer to the newest request for a claim's point, except for the changes."""
        request = self.requests(claim)[-1]
        is_ready = outcome is Outcome.READY
        answer = CopyAnswer(
            deployment=request.deployment,
            place=request.place,
            snapshot=request.snapshot,
            point=request.point,
            outcome=outcome,
            region=VAULT.region,
            answered_at=self.clock(),
            copy=self.in_vault.setdefault(request.point, f"snap-{len(self.in_vault):017x}")
            if is_ready
            else "",
            kms_key=VAULT_KEY if is_ready else "",
            reason="" if is_ready else "the vault says why",
        )
        account = changes.pop("account", ACCOUNT)
        return Received(account, read_answer(replace(answer, **changes).to_document()))

    def hear(self, *received: Received) -> list[PlaceReport]:
        """What comes of answers that arrive."""
        return self.taker.answered(received, self.owner())

    def answer(self, claim: str, outcome: Outcome = Outcome.READY, **changes: Any) -> list[PlaceReport]:
        return self.hear(self.answer_to(claim, outcome, **changes))

    def live_asking(self, *, minutes: int, events: int = 1) -> None:
        """Let time pass as deployed: a turn every 5 minutes; each request is answered some minutes later, so
        many times. The vault copies only what is shared with it; functions may die."""
        answered = 0
        for minute in range(minutes):
            if minute % 5 == 0:
                with suppress(Crash):
                    self.turn()
            if minute % 5 == 3:
                asked, answered = self.vaults.asked[answered:], len(self.vaults.asked)
                for _, request in asked:
                    if (request.snapshot, ACCOUNT) in self.shares.all or request.point in self.in_vault:
                        for _ in range(events):
                            with suppress(Crash):
                                self.answer(request.tags[tags.CLAIM])
            self.wait(minutes=1)

    def shared(self) -> list[str]:
        """The claims whose points are shared with the vault."""
        return sorted(self.ebs.all[name].tags[tags.CLAIM] for name, _ in self.shares.all)

    def later(self, **duration: float) -> PlaceReport:
        """A turn after some time."""
        self.wait(**duration)
        return self.turn()
