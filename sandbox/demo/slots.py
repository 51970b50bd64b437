"""Fire a schedule by moving the sandbox's clock to its next slot."""

from __future__ import annotations

from datetime import datetime

from sandbox.demo.steps import DemoError
from sandbox.launch import Sandbox


def next_slot(sandbox: Sandbox, schedule: str) -> datetime:
    """When a schedule is due next (aware UTC). DemoError if it never is."""
    due = next((each.next for each in sandbox.aws.schedules() if each.name == schedule), None)
    if due is None:
        raise DemoError(f"schedule {schedule} has no next slot")
    return due


def fire(sandbox: Sandbox, schedule: str) -> datetime:
    """Move the clock to the next slot of a schedule, which fires alone; return the slot (aware UTC)."""
    slot = next_slot(sandbox, schedule)
    sandbox.aws.advance_to(slot, only=schedule)
    return slot
