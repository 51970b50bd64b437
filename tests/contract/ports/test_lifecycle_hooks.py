"""What lifecycle hooks promise: those in memory and those of Auto Scaling.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/completing-lifecycle-hooks.html
"""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from snapkeep.adapters.aws.lifecycle_hooks import AutoScalingHooks
from snapkeep.domain.interruption.notices import Hook
from snapkeep.ports.ec2 import LifecycleHooks
from tests.fakes.nodes import FakeHooks

WAITING, OVER = Hook("group", "drain", "waiting"), Hook("group", "drain", "over")


class AutoScaling:
    """Answers as Auto Scaling does, for one action that waits."""

    def __init__(self) -> None:
        self._waiting = {WAITING.token}

    def record_lifecycle_action_heartbeat(self, **action: str) -> None:
        if action["LifecycleActionToken"] not in self._waiting:
            error = {"Code": "ValidationError", "Message": "No active Lifecycle Action found with token"}
            raise ClientError({"Error": error}, "LifecycleAction")  # type: ignore[typeddict-item]

    def complete_lifecycle_action(self, **action: str) -> None:
        self.record_lifecycle_action_heartbeat(**action)
        self._waiting.remove(action["LifecycleActionToken"])


@pytest.fixture(params=["memory", "autoscaling"])
def hooks(request: pytest.FixtureRequest) -> LifecycleHooks:
    if request.param == "autoscaling":
        return AutoScalingHooks(AutoScaling())
    fake = FakeHooks()
    fake.over.add(OVER.token)
    return fake


def test_an_action_waits_until_it_is_completed(hooks: LifecycleHooks) -> None:
    assert hooks.heartbeat(WAITING, "i-1")
    assert hooks.heartbeat(WAITING, "i-1")
    assert hooks.complete(WAITING, "i-1")
    assert not hooks.heartbeat(WAITING, "i-1")
    assert not hooks.complete(WAITING, "i-1")


def test_an_action_that_no_longer_waits_is_no_error(hooks: LifecycleHooks) -> None:
    assert not hooks.heartbeat(OVER, "i-1")
    assert not hooks.complete(OVER, "i-1")
