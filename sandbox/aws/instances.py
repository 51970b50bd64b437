"""An EC2 instance's end: announced, shutting down, gone; each step sends the event that EC2 sends.

A spot interruption is announced two minutes ahead (hibernation begins at once). An instance shuts down
briefly before it is terminated, and then its volumes are free.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws import event_bus
from sandbox.aws.scope import place_of, request_scope
from sandbox.aws.world import Ending, World

NOTICE = timedelta(seconds=120)
ACTIONS = ("terminate", "stop", "hibernate")
CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}
"""EC2's state codes (API InstanceState)."""

Record = dict[str, Any]


def states() -> dict[str, str]:
    """Every instance's state by id, in all Regions."""
    return {name: record["State"]["Name"] for (*_place, name), record in list(ec2._instances._data.items())}


def interrupt(world: World, instance: str, action: str = "terminate", dies: bool = True) -> str:
    """Announce a spot interruption and return the event's id; if `dies` is false the instance survives.

    ValueError for an instance or an action that EC2 does not know.
    """
    if action not in ACTIONS:
        raise ValueError(f"action is {action!r}: use one of {', '.join(ACTIONS)}")
    with _where(instance):
        _running(instance)
        lead = timedelta() if action == "hibernate" else NOTICE
        if dies:
            with world.lock:
                world.endings[instance] = Ending(action, world.clock.now() + lead)
        detail = {"instance-id": instance, "instance-action": action}
        return _send(world, "EC2 Spot Instance Interruption Warning", detail)


def end(world: World, instance: str, action: str = "terminate") -> None:
    """Begin the end now, unannounced, as TerminateInstances and a broken host do."""
    with _where(instance):
        record = _running(instance)
        state = "shutting-down" if action == "terminate" else "stopping"
        with world.lock:
            seconds = timedelta(seconds=world.settings.shutdown_seconds)
            world.endings[instance] = Ending(action, world.clock.now() + seconds, begun=True)
        _enter(world, record, state)


def run_again(world: World, instance: str) -> None:
    """Restart a stopped instance. ValueError if it is not stopped."""
    with _where(instance):
        record = ec2._instances.get(instance)
        if record is None or record["State"]["Name"] != "stopped":
            raise ValueError(f"{instance} is not stopped")
        _enter(world, record, "running")


def settle_due(world: World) -> None:
    """Take the next step for every instance whose time has come."""
    now = world.clock.now()
    with world.lock:
        due = {name: each for name, each in world.endings.items() if each.at <= now}
        for name in due:
            del world.endings[name]
    now_running = {name for name, state in states().items() if state == "running"} if due else set()
    for name, ending in due.items():
        if ending.begun:
            _finish(world, name, ending.action)
        elif name in now_running:
            end(world, name, ending.action)


@contextmanager
def _where(instance: str) -> Iterator[None]:
    """Act in the account and Region of an instance. ValueError if there is none of this id."""
    place = place_of(ec2._instances, instance)
    if place is None:
        raise ValueError(f"no instance {instance} is running or stopped")
    with request_scope(*place):
        yield


def _finish(world: World, instance: str, action: str) -> None:
    with _where(instance):
        record = ec2._instances.get(instance)
        if record is None:
            return
        if action != "terminate":
            _enter(world, record, "stopped")
            return
        _free_volumes(record)
        # A terminated instance no longer has an address, so its node cannot be found by name.
        record.update(PrivateDnsName="", PrivateIpAddress="")
        _enter(world, record, "terminated")


def _free_volumes(record: Record) -> None:
    """Detach what is attached; the boot volume is deleted with its instance."""
    for name, volume in list(ec2._volumes.items()):
        held = [each for each in volume["Attachments"] if each["InstanceId"] == record["InstanceId"]]
        if any(each["DeleteOnTermination"] for each in held):
            del ec2._volumes[name]
        elif held:
            volume.update(Attachments=[], State="available")
    record["BlockDeviceMappings"] = []


def _enter(world: World, record: Record, state: str) -> None:
    record["State"] = {"Code": CODES[state], "Name": state}
    if state == "terminated":
        # ministack forgets a terminated instance after a while, counted from here.
        record["_terminated_at"] = ec2.time.time()
    detail = {"instance-id": record["InstanceId"], "state": state}
    _send(world, "EC2 Instance State-change Notification", detail)


def _running(instance: str) -> Record:
    record: Record | None = ec2._instances.get(instance)
    if record is None or record["State"]["Name"] != "running":
        raise ValueError(f"no instance {instance} is running")
    return record


def _send(world: World, kind: str, detail: dict[str, Any]) -> str:
    account, region = here = ec2.get_account_id(), ec2.get_region()
    arn = f"arn:aws:ec2:{region}:{account}:instance/{detail['instance-id']}"
    event = event_bus.new_event(world, "aws.ec2", kind, detail, [arn], scope=here)
    event_bus.deliver(world, event)
    return str(event["EventId"])
