"""An EC2 instance as far as an interruption needs to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class InstanceState(StrEnum):
    """EC2's instance states (`InstanceState` in the EC2 API reference)."""

    PENDING = "pending"
    RUNNING = "running"
    SHUTTING_DOWN = "shutting-down"
    TERMINATED = "terminated"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Instance:
    """An instance. `volumes` are the ids of its EBS volumes except the boot volume; `private_dns` is empty
    once it is terminated."""

    id: str
    state: InstanceState
    private_dns: str = ""
    spot: bool = False
    volumes: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
