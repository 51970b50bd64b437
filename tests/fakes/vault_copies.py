"""A vault with copies of two sources, as prune_copies, the API and the page see it.

`arrive()` puts a complete copy there with the record that the vault wrote of it, as pull_copies would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any, cast

from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, read_copy
from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.records import new_record
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.inbound.api.actions import Actions
from snapkeep.services.retention.report import ClusterReport
from snapkeep.wiring import api, copies, report
from snapkeep.wiring.ports import Ports
from tests.fakes.clock import TestClock
from tests.fakes.journal import MemoryJournal
from tests.fakes.messaging import FakeAnnouncer
from tests.fakes.pages import MemoryPages
from tests.fakes.ports import some_ports
from tests.fakes.snapshots import FakeSnapshots
from tests.fakes.world_pruner import WorldPruner
from tests.unit.snapkeep.domain.copies.copy_samples import a_copy_of, a_source, with_tags

ACCOUNT = "222233334444"
REGION = "ap-northeast-2"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
START = datetime.fromisoformat("2026-06-01T03:00:00+00:00")
A_DAY = timedelta(days=1)
PROD = VaultSource("prod", "111122223333", REGION, "blue", ("myeks",), {"daily": 14, "monthly": 12})
STAGE = replace(PROD, name="stage", account="333344445555", retention={"daily": 3})


class RegionsOf:
    """EC2 of the vault as it lists the copies of one source."""

    def __init__(self, ec2: FakeSnapshots, source: VaultSource) -> None:
        self._ec2, self._source = ec2, source

    def snapshots(self, region: str) -> FakeSnapshots:
        assert region == REGION
        return self._ec2.of(self._source.deployment, self._source.home)


class VaultWorld:
    """A vault without copies."""

    def __init__(self, *sources: VaultSource) -> None:
        self.clock = TestClock(START)
        self.ec2 = FakeSnapshots(self.clock)
        self.journal, self.announcer = MemoryJournal(), FakeAnnouncer()
        self._names, self.pages = count(), MemoryPages(self.clock)
        self.vault = Vault(REGION, KEY, sources or (PROD, STAGE))
        self.build()

    def ports(self) -> Ports:
        """The ports of the vault's functions."""
        return some_ports(
            deployment=Deployment((), (), vault=self.vault),
            journal=self.journal,
            snapshots=self.ec2.of("snapkeep"),
            regions_of=lambda source: RegionsOf(self.ec2, source),
            retention_news=self.announcer,
            work_news=self.announcer,
            changes=self.announcer,
            pages=self.pages,
            pruner=WorldPruner(cast(Any, self)),
            clock=self.clock,
            pause=lambda _: None,
        )

    def build(self) -> None:
        """Rebuild the functions, as a deployment does."""
        self.pruner = copies.prune_copies(self.ports())
        self.reporter = report.write_report(self.ports())

    def actions(self, wrap: Callable[[Any], Any] = lambda port: port) -> Actions:
        """The API's actions in this world."""
        return api.actions(self.ports())

    def arrive(
        self,
        source: VaultSource = PROD,
        taken: datetime | None = None,
        *,
        claim: str = "data",
        policy: str = "daily",
        changed: Mapping[str, str] = MappingProxyType({}),
        is_recorded: bool = True,
    ) -> Snapshot:
        """A copy that comes now, of a point that was taken then (or just before)."""
        now = self.clock()
        point = a_source(claim, policy, taken or now - timedelta(minutes=20))
        place = self.vault.place_of(source)
        made = a_copy_of(
            point, place, id=f"snap-{next(self._names):017x}", started_at=now, owner="222233334444"
        )
        home = {copy_tags.COPY_FROM: str(Home(source.account, source.region))}
        made = with_tags(made, home | dict(changed))
        self.ec2.put(made)
        copy = read_copy(made)
        if is_recorded and isinstance(copy, Copy):
            self._record(source, copy)
        return made

    def _record(self, source: VaultSource, copy: Copy) -> None:
        now = self.clock()
        record = new_record(self.vault.place_of(source), copy.source, copy.policy).intended(now)
        self.journal.copies.put(record.started(copy.snapshot_id, now).ready(now))

    def nights(self, number: int, *sources: VaultSource, prune: bool = True) -> list[Snapshot]:
        """So many nights: each source's copy comes, and prune_copies runs."""
        made = []
        for _ in range(number):
            self.clock.forward(days=1)
            made += [self.arrive(source) for source in sources or (PROD,)]
            if prune:
                self.prune()
        return made

    def prune(self, **request: Any) -> dict[str, ClusterReport]:
        """Run prune_copies once; the reports by scope."""
        reports = self.pruner.run(f"prune-{self.clock()}", PruneRequest(**request))
        return {report.cluster: report for report in reports}

    def prune_copies(self, **request: Any) -> ClusterReport:
        """Run prune_copies once in one scope."""
        (report,) = self.prune(**request).values()
        return report

    def there(self, source: VaultSource = PROD) -> list[str]:
        """The copies (ids) of a source that are there."""
        return [each.id for each in self.ec2.all.values() if each.tags[copy_tags.PLACE] == source.name]
