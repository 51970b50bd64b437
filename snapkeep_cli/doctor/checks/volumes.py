"""The volumes behind claims: whether take_snapshots may reach them, and the state of their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snapkeep.domain import tags
from snapkeep_cli.config.volume_tags import KUBERNETES_VOLUMES
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import Facts, Unknown, Volume
from snapkeep_cli.doctor.findings import Finding, cannot_tell, listed, ok, problem

TAGGED_AT_ONCE = 500
"""CreateTags takes more resources in one call, but command lines should stay short."""


def volumes(facts: Facts) -> Iterator[Finding]:
    """Every claim's volume exists and has a tag that shows that it serves Kubernetes."""
    found = facts.volumes
    if isinstance(found, Unknown):
        yield cannot_tell("volumes", found)
        return
    for volume in found:
        if volume.tags is None:
            text = f"EC2 has no volume {volume.id}, to which claim {volume.claim} is bound: its data is lost"
            namespace, _, name = volume.claim.partition("/")
            yield problem("volumes", text, f"kubectl describe pvc {name} --namespace {namespace}")
    bare = [volume for volume in found if volume.tags is not None and not _shows(volume.tags)]
    if bare:
        yield _out_of_reach(facts, bare, len(found))
    good = len(found) - len(bare) - sum(volume.tags is None for volume in found)
    if good or not found:
        yield ok("volumes", f"{good} of {len(found)} EBS volumes of claims are within reach")


def keys(facts: Facts) -> Iterator[Finding]:
    """The keys of encrypted volumes are usable: without its key, no snapshot can be restored.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    """
    found = facts.keys
    if isinstance(found, Unknown):
        yield cannot_tell("keys", found)
        return
    enabled = [key for key, state in found.items() if state == "Enabled"]
    if enabled or not found:
        yield ok("keys", f"{len(enabled)} of {len(found)} KMS keys of claims' volumes are enabled")
    for key, state in found.items():
        if isinstance(state, Unknown):
            yield cannot_tell("keys", state)
        elif state != "Enabled":
            yield problem(
                "keys",
                f"{key} is {state}: {_used_by(facts, key)}",
                commands.mend_key(facts.visit, key, state),
            )


def _shows(present: Mapping[str, str]) -> bool:
    return any(key in present and value in ("*", present[key]) for _, key, value in KUBERNETES_VOLUMES)


def _out_of_reach(facts: Facts, bare: list[Volume], number: int) -> Finding:
    claims = listed([f"{volume.claim} ({volume.id})" for volume in bare])
    ids = [volume.id for volume in bare[:TAGGED_AT_ONCE]]
    return problem(
        "volumes",
        f"{len(bare)} of {number} volumes carry no Kubernetes tag, so IAM refuses them to take_snapshots "
        f"(method ebs, groups and interruptions): {claims}",
        commands.aws(
            facts.visit, "ec2", "create-tags", "--resources", *ids, "--tags", f"Key={tags.MANAGED},Value=true"
        ),
    )


def _used_by(facts: Facts, key: str) -> str:
    found = () if isinstance(facts.volumes, Unknown) else facts.volumes
    return "no backup can be restored for " + listed([each.claim for each in found if each.key == key])
