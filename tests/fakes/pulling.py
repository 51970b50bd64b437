"""A source and the vault that copies its points: both as deployed, each with its own journal.

`deliver()` brings the source's requests to the vault, `reply()` the vault's answers to the source; `turn()`
is a start of pull_copies by its schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.requests import (
    CopyAnswer,
    CopyRequest,
    Outcome,
    Received,
    read_answer,
    read_request,
)
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.troubles import TroubleKind
from snapkeep.domain.vault.asked import Asked, Unread
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.services.vault.source_turn import SourceReport
from snapkeep.wiring import vault as wiring
from tests.fakes.asking import ACCOUNT, VAULT, VAULT_KEY, AskWorld
from tests.fakes.copying import FakeCopyNews, WrappedRegions
from tests.fakes.faults import Crash
from tests.fakes.journal import MemoryJournal, wrapped
from tests.fakes.keys import FakeKeys
from tests.fakes.ports import some_ports
from tests.fakes.vault import FakeSharedSnapshots, FakeSources, VaultCopies, VaultRegions

SOURCE = "111122223333"
PROD = VaultSource(
    name="prod",
    account=SOURCE,
    region="ap-northeast-2",
    deployment="snapkeep",
    clusters=("myeks",),
    retention={"daily": 14},
    lock=Lock(LockMode.COMPLIANCE, 14),
)
STAGE = replace(PROD, name="stage", account="333344445555")


class PullWorld:
    """A source with these claims, whose points of `SLOT` are ready and not asked for yet; and its vault."""

    def __init__(
        self,
        *claims: str,
        sources: Sequence[VaultSource] = (PROD,),
        lag: timedelta = timedelta(),
        wrap: Callable[[Any], Any] = lambda port: port,
    ) -> None:
        self.source = AskWorld(*claims)
        self.clock = self.source.clock
        self.ec2 = VaultCopies(self.source.shares, ACCOUNT)
        self.ec2.lag = lag
        self.shared = FakeSharedSnapshots(self.source.shares, ACCOUNT, SOURCE)
        self.journal, self.news, self.answers = MemoryJournal(), FakeCopyNews(), FakeSources()
        self.keys = FakeKeys()
        self.vault = Vault(VAULT.region, VAULT_KEY, tuple(sources))
        self._owners, self._messages = count(), count()
        self._delivered = self._replied = 0
        self.build(wrap)

    def build(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        """Rebuild the function, as a deployment does; `wrap` may put a proxy around each port."""
        self.ports = some_ports(
            deployment=Deployment((), (), vault=self.vault),
            journal=wrapped(self.journal, wrap),
            everybodys_snapshots=wrap(self.ec2),
            regions_of=lambda source: WrappedRegions(VaultRegions(self.ec2, source, self.keys), wrap),
            shared=wrap(self.shared),
            sources=wrap(self.answers),
            copy_news=wrap(self.news),
            clock=self.clock,
        )
        self.puller = wiring.pull_copies(self.ports)

    def turn(self) -> SourceReport:
        """One start by the schedule; the report of the first source."""
        return self.puller.run(self.owner())[0]

    def owner(self) -> str:
        """A new invocation's name."""
        return f"pull-{next(self._owners)}"

    def ask(self) -> None:
        """A turn of the source, and its requests on their way to the vault."""
        self.source.turn()
        self.deliver()

    def asked(self) -> CopyRequest:
        """The newest request of the source, which does not reach the vault."""
        self.source.turn()
        self._delivered = len(self.source.vaults.asked)
        return self.source.requests()[-1]

    def last(self) -> tuple[Outcome, str]:
        """Outcome and reason of the last answer."""
        answer = self.answered()[-1]
        return answer.outcome, answer.reason

    def deliver(self, *, events: int = 1) -> None:
        """Bring the requests that the source sent to the vault, each so many times."""
        asked, self._delivered = self.source.vaults.asked[self._delivered :], len(self.source.vaults.asked)
        for _, request in asked:
            for _ in range(events):
                self.send(request)

    def send(self, *requests: CopyRequest, account: str = SOURCE, unread: Sequence[Unread] = ()) -> None:
        """Requests of an account that arrive in one batch; a function that dies gets them again."""
        read = [read_request(request.to_document()) for request in requests]
        asked = {f"message-{next(self._messages)}": Asked(account, request) for request in read}
        while True:
            with suppress(Crash):
                self.puller.receive(asked, unread, self.owner())
                return

    def reply(self, *, events: int = 1) -> None:
        """Bring the answers that the vault gave to the source, each so many times."""
        given, self._replied = self.answers.answered[self._replied :], len(self.answers.answered)
        for _, answer in given:
            for _ in range(events):
                self.source.hear(Received(ACCOUNT, read_answer(answer.to_document())))

    def finish(self, *, events: int = 1) -> None:
        """Let EC2 end the copies in progress, and deliver each event so many times."""
        for snapshot_id in self.ec2.finish_copies():
            for _ in range(events):
                with suppress(Crash):
                    self.puller.ended(self.owner(), {snapshot_id: True}, [snapshot_id])

    def live(self, *, minutes: int = 90, events: int = 1) -> None:
        """Let time pass as deployed: turns every 5 minutes, copies that take a few; functions may die."""
        for minute in range(minutes):
            if minute % 5 == 0:
                with suppress(Crash):
                    self.source.turn()
                with suppress(Crash):
                    self.turn()
            if minute % 5 == 3:
                self.finish(events=events)
            self.deliver(events=events)
            self.reply(events=events)
            self.source.wait(minutes=1)

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.source.wait(**duration)

    def copies(self) -> dict[str, list[Snapshot]]:
        """Each claim's name and its copies that count: completed, no duplicates."""
        found: dict[str, list[Snapshot]] = {}
        for each in self.ec2.all.values():
            if each.state is SnapshotState.COMPLETED and tags.DUPLICATE not in each.tags:
                found.setdefault(each.tags[tags.CLAIM], []).append(each)
        return found

    def records(self) -> dict[str, CopyRecord]:
        """Each claim's name and the vault's record of its newest copy."""
        records = sorted(self.journal.copies.all.values(), key=lambda record: record.taken)
        return {record.claim: record for record in records}

    def told(self, kind: TroubleKind) -> list[str]:
        """The reasons that the vault's people were told, in order."""
        return [each.reason for topic, due, _ in self.news.troubles if topic.kind is kind for each in due]

    def answered(self) -> list[CopyAnswer]:
        """All answers, oldest first, as a source reads them."""
        return [read_answer(answer.to_document()) for _, answer in self.answers.answered]

    def waiting(self) -> list[str]:
        """The points that are asked for and not answered."""
        return sorted(point for _, point in self.journal.vault_requests.all)
