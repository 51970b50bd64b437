"""What an account and Region can handle: how fast snapshots can be created, how long a slot takes, and how
many fit at all. A load that does not fit is refused with the figures and with what would help.

EC2 gives each account and Region a bucket of 100 creates that refills at 5 a second, 100 pending snapshots,
and a quota of 100,000 snapshots, which can be raised.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
https://docs.aws.amazon.com/general/latest/gr/ebs-service.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from snapkeep.domain.points import GIVE_UP_AFTER
from snapkeep.domain.policies import Pace

SNAPSHOT_QUOTA = 100_000
"""The default quota of snapshots per Region."""


CLIENT_CALLS = 5.0
"""Calls per second to the Kubernetes API that the snapshot-controller makes at most (`--kube-api-qps`).
https://github.com/kubernetes-csi/external-snapshotter/blob/master/cmd/snapshot-controller/main.go
"""

CALLS_A_CUT = 7.5
"""Calls that it needs per VolumeSnapshot: 600 took 915 seconds at 5 calls a second, and 100 took 134."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The load on one account and Region.

    `volumes` are backed up `backups_a_day` times, all in the same slots; each snapshot is pending for
    `pending_seconds` on average; `kept` points of each volume are kept.
    """

    volumes: int
    backups_a_day: float
    pending_seconds: float
    kept: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """The result for a load: snapshots per second, how long a slot takes, and the snapshots kept.

    `problems` say what does not fit and what would help; empty when everything fits. `accounts` is the
    smallest number of accounts (or Regions) that can handle the load if its volumes are spread evenly.
    """

    rate: float
    takes: timedelta
    snapshots: int
    accounts: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """When each cluster starts, as a delay after the slot; and the clusters that do not fit, with the
    reason."""

    starts: Mapping[str, timedelta]
    refused: Mapping[str, str]


def feasible_rate(pace: Pace, pending_seconds: float) -> float:
    """Snapshots per second: the bucket's refill rate, or the rate that the limit on pending snapshots allows,
    whichever is less."""
    return min(pace.per_second, pace.pending / pending_seconds)


def csi_time_of(volumes: int, pace: Pace, pending_seconds: float, calls: float = CLIENT_CALLS) -> timedelta:
    """The least time by `csi` in one cluster, whose snapshot-controller makes `calls` calls per second."""
    cutting = timedelta(seconds=volumes * CALLS_A_CUT / calls)
    return max(cutting, time_of(volumes, pace, pending_seconds))


def time_of(volumes: int, pace: Pace, pending_seconds: float) -> timedelta:
    """The least time until the last of the creates: a burst at once, the rest at the feasible rate."""
    rest = max(0, volumes - min(pace.burst, pace.pending))
    return timedelta(seconds=rest / feasible_rate(pace, pending_seconds))


def capacity_of(load: Demand, pace: Pace, quota: int = SNAPSHOT_QUOTA) -> Capacity:
    """What a load means for one account and Region at a pace."""
    takes = time_of(load.volumes, pace, load.pending_seconds)
    between = timedelta(days=1) / load.backups_a_day
    longest = min(between, GIVE_UP_AFTER)
    snapshots = load.volumes * load.kept
    rate = feasible_rate(pace, load.pending_seconds)
    most = int(longest.total_seconds() * rate) + min(pace.burst, pace.pending)
    problems = []
    if takes > longest:
        why = "the next slot comes first" if between < GIVE_UP_AFTER else "points wait at most 6 hours"
        problems.append(
            f"{load.volumes:,} volumes take {hours(takes)} at {rate:.3g} snapshots a second, but {why}: "
            f"{most:,} fit into {hours(longest)}. Give policies different hours, back up less often, use a "
            "faster pace, or spread the clusters over more accounts or Regions"
        )
    if snapshots > quota:
        problems.append(
            f"{load.volumes:,} volumes keep {snapshots:,} snapshots, and the quota is {quota:,}: raise "
            "'Snapshots per Region' in Service Quotas, keep fewer points, or use more accounts or Regions"
        )
    accounts = max(1, ceil(load.volumes / most), ceil(snapshots / quota))
    return Capacity(rate, takes, snapshots, accounts, tuple(problems))


def spread(volumes: Mapping[str, int], pace: Pace, pending_seconds: float, window: timedelta) -> Spread:
    """Start clusters one after another, the largest first, so that each has the account's pace to itself.

    A cluster that would end after the window is refused; smaller ones may still fit.
    """
    rate = feasible_rate(pace, pending_seconds)
    starts: dict[str, timedelta] = {}
    refused: dict[str, str] = {}
    free = timedelta()
    for cluster in sorted(volumes, key=lambda name: (-volumes[name], name)):
        takes = timedelta(seconds=volumes[cluster] / rate)
        if free + takes > window:
            refused[cluster] = (
                f"its {volumes[cluster]:,} volumes take {hours(takes)} at {rate:.3g} snapshots a second, and "
                f"{hours(window - free)} remain of the window of {hours(window)}: make the window longer "
                "or use another account or Region"
            )
            continue
        starts[cluster] = free
        free += takes
    return Spread(starts, refused)


def hours(duration: timedelta) -> str:
    """A duration for people: `4 h 10 min`, `25 min`, `40 s`."""
    seconds = round(duration.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
