"""What looks like a mistake but is not is accepted."""

from __future__ import annotations

import pytest

from tests.unit.snapkeep_cli.config.conftest import Loader
from tests.unit.snapkeep_cli.config.refused_file import FILE, changed


@pytest.mark.parametrize(
    "selection",
    [
        '{namespaces: ["*"], exclude_namespaces: ["?"]}',
        "{namespaces: [shop, bank], exclude_namespaces: [shop]}",
        '{namespaces: ["team-*"], exclude_namespaces: ["team-a*", "team-?"]}',
        "{exclude_namespaces: [kube-system]}",
    ],
)
def test_an_exclusion_that_leaves_a_namespace_is_accepted(loaded: Loader, selection: str) -> None:
    assert loaded(changed("{namespaces: [default]}", selection)).policies


def test_a_faster_pace_is_accepted_where_aws_raised_the_limits(loaded: Loader) -> None:
    pace = loaded("pace: {per_second: 20, burst: 200, limits_raised: true}\n" + FILE).pace
    assert (pace.per_second, pace.burst) == (20, 200)
