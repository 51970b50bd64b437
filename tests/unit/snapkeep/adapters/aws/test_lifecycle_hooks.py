"""What is sent to Auto Scaling, and what it may answer."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.lifecycle_hooks import AutoScalingHooks
from snapkeep.domain.errors import PermanentError, Throttled
from tests.fakes.dying import HOOK, INSTANCE

ACTION = {
    "LifecycleHookName": HOOK.name,
    "AutoScalingGroupName": HOOK.group,
    "LifecycleActionToken": "t" * 36,
    "InstanceId": INSTANCE,
}


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "autoscaling", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )


@pytest.fixture
def hook() -> Any:
    from dataclasses import replace

    return replace(HOOK, token="t" * 36)


def test_a_heartbeat_asks_for_time_and_an_answer_always_lets_go(client: Any, hook: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_response("record_lifecycle_action_heartbeat", {}, ACTION)
        stubber.add_response("complete_lifecycle_action", {}, ACTION | {"LifecycleActionResult": "CONTINUE"})
        assert AutoScalingHooks(client).heartbeat(hook, INSTANCE)
        assert AutoScalingHooks(client).complete(hook, INSTANCE)


def test_an_action_that_is_over_is_no_error(client: Any, hook: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("complete_lifecycle_action", "ValidationError", "No active Lifecycle Action")
        assert not AutoScalingHooks(client).complete(hook, INSTANCE)


@pytest.mark.parametrize(("code", "error"), [("Throttling", Throttled), ("AccessDenied", PermanentError)])
def test_what_is_refused_is_one_of_our_errors(
    client: Any, hook: Any, code: str, error: type[Exception]
) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("record_lifecycle_action_heartbeat", code, "no")
        with pytest.raises(error, match="lifecycle hook drain"):
            AutoScalingHooks(client).heartbeat(hook, INSTANCE)
