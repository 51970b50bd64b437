"""Claims that are backed up and pruned for days, while somebody changes what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.policies import Policy, Schedule, Selection
from snapkeep.wiring import retention
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAY = timedelta(days=1)
Retention = Mapping[str, int | str]


class Story:
    """Claims that are backed up and pruned in turn; nobody confirms anything unless the test does."""

    def __init__(self, before: Retention, *, claims: int = 1, every: timedelta = DAY) -> None:
        schedule = Schedule(f"rate({int(every.total_seconds() // 3600)} hours)")
        self.every = every
        self.policy = a_policy(retention=before, schedule=schedule)
        self.world = World(*(a_claim(f"c{number}") for number in range(claims)), policy=self.policy)
        self.slot = SLOT - every

    def live(self, rounds: int, each: Callable[[], object] = lambda: None) -> None:
        """Back up and prune so many times."""
        for _ in range(rounds):
            self.slot += self.every
            self.world.back_up(self.slot)
            self.world.prune()
            each()

    def lower(self, after: Retention) -> None:
        """Deploy another retention."""
        self.deploy(replace(self.policy, retention=after))

    def deploy(self, *policies: Policy) -> None:
        deployment = replace(self.world.deployment, policies=policies)
        self.world.pruner = retention.prune(self.world.deployed(deployment))

    def points(self) -> set[str]:
        return set(self.world.ebs.all)

    def refused(self) -> set[str]:
        """What open refusals name now."""
        return {name for refusal in self.world.journal.refusals.refusals("myeks") for name in refusal.names}

    def until_refused(self) -> set[str]:
        """Live on until the brake refuses something."""
        for _ in range(40):
            self.live(1)
            if self.refused():
                return self.refused()
        raise AssertionError("the brake never refused anything")


def a_story_beside_others(before: Retention, rounds: int) -> tuple[Story, Policy]:
    """A claim that was backed up so often, beside many other points under a policy that keeps all."""
    story = Story(before)
    world = story.world
    others = [a_claim(f"other{number}", namespace="beside") for number in range(12)]
    beside = a_policy("beside", retention={"last": "all"}, selection=Selection(namespaces=("beside",)))
    for claim in others:
        world.ebs.add_volume(f"vol-{claim.name}")
    story.policy = replace(story.policy, selection=Selection(namespaces=("shop",)))
    world.cluster.claim_list += others
    object.__setattr__(
        world.plan_backup, "deployment", replace(world.deployment, policies=(story.policy, beside))
    )
    story.deploy(story.policy, beside)
    story.live(rounds)
    for minute in range(1, 7):
        slot = story.slot + timedelta(minutes=minute)
        world.plan_backup.run("myeks", "beside", slot, world.owner())
        world.work()
        world.finish_snapshots()
    return story, beside


def a_slip() -> tuple[Story, set[str]]:
    """A claim whose retention was lowered by mistake, and what the brake refused."""
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    return story, story.until_refused()
