"""What policies with `method: aws-backup` cannot do: AWS Backup backs up whole EFS file systems.

Like `config.checks` this reads plain data that may still be wrong in other ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from snapkeep.domain.policies import Method
from snapkeep.domain.retention.spacing import shortest_distance
from snapkeep_cli.config import build
from snapkeep_cli.config.errors import Location, Problem
from snapkeep_cli.config.models import Config

REFUSED = {
    "group": "has no meaning with method aws-backup, which backs up each file system as a whole; remove it",
    "csi_fallback": "has no meaning with method aws-backup; remove it",
    "group_fallback": "has no meaning with method aws-backup; remove it",
    "lock": "is not possible with method aws-backup: Snapkeep cannot lock recovery points of AWS Backup; "
    "remove it",
    "copies": "are not possible with method aws-backup: its recovery points stay in their vault; remove them",
    "expect": "has no meaning with method aws-backup: checks look into snapshots of volumes only; remove it",
    "archive_after": "is not possible with method aws-backup: only snapshots have an archive tier; remove it",
    "objects": "are saved beside snapshots of volumes only, not with method aws-backup; remove it, and save "
    "them by a policy with method csi or ebs",
    "secrets": "has no meaning with method aws-backup, which saves no objects; remove it",
}
"""Keys of a policy, and why they are refused."""

INHERITED = {
    "lock": "would come from defaults.lock, and Snapkeep cannot lock recovery points of AWS Backup",
    "objects": "would come from defaults.objects, and objects are saved beside snapshots of volumes only",
}
"""Defaults that promise what such a policy cannot keep, so that it must say `off`. Other defaults, such as
`csi_fallback`, do not concern it."""

OFF = (*INHERITED, "secrets")
"""Keys that may say off."""

ENDED_BY_CLAIM = "after_claim_deleted"

LEAST = timedelta(hours=1)
"""How far apart slots must be: AWS Backup runs one job of a file system at a time, which others wait for.
https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
"""


def check_file_systems(
    here: Location, policy: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[Problem]:
    """The problems of a policy's keys with `method: aws-backup`; `here` is the policy."""
    if policy.get("method", defaults.get("method")) != Method.AWS_BACKUP:
        return
    for key, why in REFUSED.items():
        if key in policy and not _is_off(key, policy[key]):
            yield Problem((*here, key), why)
    for key, why in INHERITED.items():
        if key not in policy and key in defaults and not _is_off(key, defaults[key]):
            yield Problem((*here, key), f"{why}; add {key}: off to this policy of method aws-backup")
    yield from _ended_by_claims(here, policy, defaults)


def too_often(config: Config) -> Iterator[Problem]:
    """The policies that would ask for a backup while the last one still runs; the config is valid."""
    for index, policy in enumerate(build.deployment(config).policies):
        if policy.method.is_of_volumes:
            continue
        apart = shortest_distance(policy.schedule)
        if apart < LEAST:
            yield Problem(
                ("policies", index, "schedule", "expression"),
                f"has slots {apart // timedelta(minutes=1)} minutes apart, and AWS Backup runs one job of a "
                "file system at a time; with method aws-backup, use slots at least an hour apart",
            )


def _ended_by_claims(
    here: Location, policy: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[Problem]:
    """Every backup holds the whole file system, so no deleted claim ends one."""
    block = policy.get("retention", defaults.get("retention"))
    if isinstance(block, dict) and ENDED_BY_CLAIM in block:
        whose = "here" if "retention" in policy else "in defaults.retention"
        fix = "remove it" if "retention" in policy else "give this policy a retention of its own, without it"
        text = f"is {whose} and has no meaning with method aws-backup: a backup holds all claims of its "
        yield Problem((*here, "retention", ENDED_BY_CLAIM), f"{text}file system, deleted ones too; {fix}")


def _is_off(key: str, value: object) -> bool:
    """YAML 1.1 reads the bare word off as false."""
    return key in OFF and (value is False or value == "off")
