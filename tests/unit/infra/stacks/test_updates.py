"""Whatever changes in a config: an update replaces and removes nothing that holds state."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from snapkeep.domain.policies import Cluster, Deployment, Policy
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import DEPLOYMENT, NIGHTLY, PAUSED, synthesized, template_of
from tests.unit.infra.state import REPLACED_FOR, robbed_roles, state_in
from tests.unit.infra.template import Template

MYEKS, SECOND = DEPLOYMENT.clusters


def grown_and_reordered() -> Deployment:
    """More of everything, in another order."""
    third = Cluster("Third_Cluster", "ap-northeast-2")
    more = replace(NIGHTLY, name="aaa", clusters=("Third_Cluster", "second", "myeks"))
    return Deployment((third, SECOND, MYEKS), (more, replace(PAUSED, clusters=("second", "myeks")), NIGHTLY))


def shrunk_and_renamed() -> Deployment:
    """One cluster and one policy are left, both under new names."""
    policy = replace(NIGHTLY, name="every-night", clusters=("renamed",), lock=None)
    return Deployment((Cluster("renamed", "ap-northeast-2"),), (policy,))


@pytest.mark.parametrize("changed", [grown_and_reordered, shrunk_and_renamed])
def test_a_changed_config_replaces_nothing_that_holds_state(
    template: Template, tmp_path: Path, changed: Callable[[], Deployment]
) -> None:
    after = template_of(synthesized(tmp_path, StackOptions(), deployment=changed()))

    assert state_in(after.document) == state_in(template.document)
    assert robbed_roles(template.document, after.document) == set()


def test_no_option_replaces_what_holds_state(template: Template, full_template: Template) -> None:
    assert state_in(full_template.document) == state_in(template.document)


def test_every_kind_of_state_is_looked_at(template: Template) -> None:
    kinds = {kind for kind, _ in state_in(template.document).values()}

    assert kinds == REPLACED_FOR.keys() - {"AWS::KMS::Key"}


def policies_of(template: Template) -> list[str]:
    """The names of the schedules of policies."""
    names = (item["Name"] for item in template.resources("Scheduler::Schedule").values())
    return sorted(name for name in names if name.startswith("backup."))


def test_another_cluster_for_a_policy_changes_its_schedule_in_place(
    template: Template, tmp_path: Path
) -> None:
    wider: Policy = replace(PAUSED, clusters=("myeks", "second"))
    deployment = replace(DEPLOYMENT, policies=(NIGHTLY, wider))
    after = template_of(synthesized(tmp_path, StackOptions(), deployment=deployment))

    assert policies_of(after) == policies_of(template)
    before_ids, after_ids = (
        {name for name, item in each.resources("Scheduler::Schedule").items() if "backup." in item["Name"]}
        for each in (template, after)
    )
    assert after_ids == before_ids


def test_a_policy_that_goes_to_a_role_of_another_name_is_seen(template: Template) -> None:
    before = deepcopy(dict(template.document))
    for role in before["Resources"].values():
        if role["Type"] == "AWS::IAM::Role":
            role["Properties"].pop("RoleName", None)

    assert len(robbed_roles(before, template.document)) == len(template.resources("IAM::Policy"))
