"""How many CloudFormation resources a deployment has, and the largest deployment that fits into one stack.

A formula, so that `snapkeep validate` needs no synthesis; a test compares it with synthesized templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from snapkeep.domain.policies import Method
from snapkeep_cli.config.cluster_access import FUNCTIONS as WITH_CLUSTER_ACCESS
from snapkeep_cli.config.errors import Problem
from snapkeep_cli.config.models import Config

QUOTA = 500
"""Resources of one stack.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

ROOM = 18
"""Kept free for resources that the config does not show: sixteen IAM policies that CDK splits when the names
of clusters and of locking policies fill them, and SnapStart's version and alias.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

FITS = QUOTA - ROOM

NAMES_FIT = 1_600
"""Characters of all cluster names, plus three for each: an IAM policy holds 6,144, and the largest statement
lists the clusters three times.
"""

LOCK_LENGTHS = 5
"""Different lock lengths: each needs an IAM statement that allows locks for a policy's own days."""

MOST_PLACES = 10
"""Places of one file: the policies of copy_points list the Region, key and name of each several times."""

ROOM_FOR_PLACES = 8
"""Kept free besides: policies that CDK splits where copies of many policies are locked in many places."""

BASE = 251
"""Resources of any stack, whatever it backs up."""

FOR_CLUSTER = len(WITH_CLUSTER_ACCESS) + 2
"""An access entry for each function that talks to clusters, the report's schedule, and the parameter
that names the deployment serving the cluster."""

FOR_POLICY = 1
"""The schedule, however many clusters it covers."""

FOR_PLACES = 31
"""What copies recovery points, however many places there are; each place has a stack of its own."""

FOR_VAULTS = 3
"""The bus on which vaults answer, its policy and its rule, however many vaults there are."""

FOR_READING = 1
"""The layer that reads file systems, which checks and files share."""

FOR_CHECKS = 14
"""What looks into points, and the route of the API by which suspicious ones are accepted."""

FOR_OBJECTS = 19
"""What saves objects, their bucket and the routes of the API; besides, an access entry in each cluster."""

FOR_SECRETS = 1
"""The layer that encrypts Secrets."""

FOR_ARCHIVES = 15
"""What archives points."""

FOR_FILE_SYSTEMS = 57
"""What backs up, prunes and restores EFS file systems, their vault, and the routes of the API that prune
and restore them; besides, an access entry in each cluster."""

FOR_FILES = 24
"""What reads files out of points, and the routes of the API by which people ask for them."""

FOR_BORROWING = 4
"""The routes of the API by which copies are borrowed."""

SPLIT = (
    "Move some clusters into another config file and stack "
    "(cdk deploy -c config=… -c stack=… -c prefix=…), with the policies they need"
)


@dataclass(frozen=True, slots=True)
class StackSize:
    """The resources of a deployment with these numbers of clusters and policies, and its network.

    `network` counts the security group of a VPC and `rules` the clusters that let it in. `copies` says
    whether points are copied to places, `vaults` whether vaults in other accounts do that, and `borrows`
    whether copies are borrowed from some; `checks` whether points are looked into, `objects` whether
    Kubernetes objects are saved and `secrets` whether Secrets are among them, `archives` whether points go to
    the archive tier, `files` whether files are read out of points, and `file_systems` whether file systems of
    EFS are backed up.
    """

    clusters: int
    policies: int
    network: int = 0
    rules: int = 0
    copies: bool = False
    vaults: bool = False
    borrows: bool = False
    checks: bool = False
    objects: bool = False
    secrets: bool = False
    archives: bool = False
    files: bool = False
    file_systems: bool = False

    @property
    def resources(self) -> int:
        """All resources except those covered by ROOM."""
        here = self._for_cluster * self.clusters + FOR_POLICY * self.policies
        return (
            BASE
            + here
            + self.network
            + self.rules
            + (FOR_PLACES if self.copies else 0)
            + (FOR_VAULTS if self.vaults else 0)
            + (FOR_BORROWING if self.borrows else 0)
            + (FOR_READING if self.checks or self.files else 0)
            + (FOR_CHECKS if self.checks else 0)
            + (FOR_OBJECTS if self.objects else 0)
            + (FOR_SECRETS if self.secrets else 0)
            + (FOR_ARCHIVES if self.archives else 0)
            + (FOR_FILES if self.files else 0)
            + (FOR_FILE_SYSTEMS if self.file_systems else 0)
        )

    @property
    def _for_cluster(self) -> int:
        return FOR_CLUSTER + self.objects + self.file_systems

    @property
    def room(self) -> int:
        """The most resources that are sure to fit."""
        return FITS - (ROOM_FOR_PLACES if self.copies else 0)

    @property
    def fits(self) -> bool:
        """Whether one stack holds them."""
        return self.resources <= self.room

    @property
    def most_clusters(self) -> int:
        """The most clusters that fit with these policies."""
        another = self._for_cluster + (1 if self.rules else 0)
        return max(0, self.clusters + (self.room - self.resources) // another)

    @property
    def most_policies(self) -> int:
        """The most policies that fit with these clusters."""
        return max(0, self.policies + (self.room - self.resources) // FOR_POLICY)

    def __str__(self) -> str:
        counts = f"{self.resources} CloudFormation resources, and {self.room} fit into a stack"
        largest = [
            f"{_counted(clusters, 'cluster')} with {_counted(policies, 'policy')}"
            for clusters, policies in (
                (self.most_clusters, self.policies),
                (self.clusters, self.most_policies),
            )
            if clusters and policies
        ]
        return f"{counts}: at most {', or '.join(largest)}" if largest else counts


def saves_objects(config: Config) -> bool:
    """Whether any policy saves objects."""
    scopes = (policy.objects or config.defaults.objects or "off" for policy in config.policies)
    return any(scope != "off" for scope in scopes)


def saves_secrets(config: Config) -> bool:
    """Whether any policy that saves objects saves Secrets."""
    return any(policy.secrets_with(config.defaults) for policy in config.policies)


def saves_file_systems(config: Config) -> bool:
    """Whether any policy has AWS Backup back up file systems."""
    return any(
        (policy.method or config.defaults.method) == Method.AWS_BACKUP.value for policy in config.policies
    )


def size_of(config: Config) -> StackSize:
    """The size of a checked config's stack."""
    vpc = config.deployment.vpc
    rules = len(vpc.cluster_security_groups) if vpc else 0
    vaults = any(place.account for place in config.places.values())
    return StackSize(
        len(config.clusters),
        len(config.policies),
        1 if vpc else 0,
        rules,
        copies=bool(config.places),
        vaults=vaults,
        borrows=config.borrow is not None,
        checks=config.checks is not None,
        objects=saves_objects(config),
        secrets=saves_secrets(config),
        archives=any(policy.archive_after for policy in config.policies),
        files=config.files is not None,
        file_systems=saves_file_systems(config),
    )


def too_large(config: Config) -> Iterator[Problem]:
    """The problem of a deployment that fits into no stack, with the figures and what to do."""
    size = size_of(config)
    names = sum(len(cluster.name) + 3 for cluster in config.clusters)
    if names > NAMES_FIT:
        yield Problem(
            ("clusters",),
            f"have names of {names:,} characters in all (three more for each cluster), and IAM's policies "
            f"hold {NAMES_FIT:,}. {SPLIT}",
        )
    yield from _too_many_lengths(config)
    if len(config.places) > MOST_PLACES:
        text = f"come to {len(config.places)}, and IAM's policies hold {MOST_PLACES}. Move some into another"
        yield Problem(("places",), f"{text} config file and stack, with the policies that copy there")
    if not size.fits:
        yield Problem(("clusters",), f"come to {size}. {_advice(size)}")


def _too_many_lengths(config: Config) -> Iterator[Problem]:
    locks = [policy.lock_with(config.defaults) for policy in config.policies]
    yield from _lengths("lock", [lock.days for lock in locks if lock])
    rules = [rule for policy in config.policies for rule in policy.copies]
    yield from _lengths("lock copies", [rule.lock.days for rule in rules if rule.lock])


def _lengths(what: str, days: Iterable[int]) -> Iterator[Problem]:
    lengths = sorted(set(days))
    if len(lengths) > LOCK_LENGTHS:
        yield Problem(
            ("policies",),
            f"{what} for {len(lengths)} different lengths ({', '.join(map(str, lengths))} days), and IAM's "
            f"policies hold {LOCK_LENGTHS}. Use the same length for some of them",
        )


def _advice(size: StackSize) -> str:
    if size.clusters > 1 and StackSize(1, size.policies, size.network).fits:
        return SPLIT
    return "Use fewer policies: one can take all the namespaces and clusters that you list in it"


def _counted(number: int, word: str) -> str:
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"
