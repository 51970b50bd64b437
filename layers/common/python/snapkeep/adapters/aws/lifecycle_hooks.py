"""Auto Scaling lifecycle actions that wait for Snapkeep's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import code_of, translate

if TYPE_CHECKING:
    from snapkeep.domain.interruption.notices import Hook


class AutoScalingHooks:
    """Heartbeats and answers.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/completing-lifecycle-hooks.html
    """

    def __init__(self, autoscaling: Any) -> None:
        self._autoscaling = autoscaling

    def heartbeat(self, hook: Hook, instance: str) -> bool:
        return self._send(self._autoscaling.record_lifecycle_action_heartbeat, hook, instance)

    def complete(self, hook: Hook, instance: str) -> bool:
        """Answer CONTINUE; False when the action no longer waits. Never ABANDON: both end the instance, but
        ABANDON also stops other hooks."""
        answer = {"LifecycleActionResult": "CONTINUE"}
        return self._send(self._autoscaling.complete_lifecycle_action, hook, instance, **answer)

    def _send(self, call: Callable[..., Any], hook: Hook, instance: str, **more: str) -> bool:
        action = {
            "LifecycleHookName": hook.name,
            "AutoScalingGroupName": hook.group,
            "LifecycleActionToken": hook.token,
            "InstanceId": instance,
        }
        try:
            call(**action, **more)
        except ClientError as error:
            if code_of(error) == "ValidationError":  # "No active Lifecycle Action found with instance ID …"
                return False
            raise translate(error, f"lifecycle hook {hook.name} of {instance}") from error
        except BotoCoreError as error:
            raise translate(error, f"lifecycle hook {hook.name} of {instance}") from error
        return True
