"""What a config says about looking into points, in words."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.sizes import about


def checks_in_words(deployment: Deployment) -> Iterator[str]:
    """A line about which points are looked into; none if none is."""
    if deployment.checks is None:
        return
    keys = deployment.checks.keys
    which = (
        f"encrypted ones only under {', '.join(keys)}" if keys else "encrypted ones not: checks.keys is empty"
    )
    yield f"checks: each new point is looked into, {which}; at most {deployment.checks.pace} blocks a second"


def files_in_words(deployment: Deployment) -> Iterator[str]:
    """A line about who can read files, and how much of them; none if nobody can."""
    if deployment.files is None:
        return
    keys, limits = deployment.files.keys, deployment.files.limits
    which = f"encrypted points only under {', '.join(keys)}" if keys else "of points that are not encrypted"
    yield (
        f"files: they can be read by the API, {which}; at most {about(limits.largest_file)} a file and "
        f"{limits.most_entries:,} names"
    )


def expected_in_words(policy: Policy) -> Iterator[str]:
    """A line about the files that every point of a policy must hold; none if it expects none."""
    if policy.expect:
        yield f"expects: {', '.join(policy.expect)} in every point; one without is suspicious"
