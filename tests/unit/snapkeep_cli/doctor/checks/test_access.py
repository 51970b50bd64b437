"""Access entries and RBAC: what a function lacks, and what it has too much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep_cli.config.cluster_access import FUNCTIONS
from snapkeep_cli.doctor.checks.access import access_entries, rbac
from snapkeep_cli.doctor.facts import AccessEntry, Facts, Grant, Rights, Unknown
from snapkeep_cli.doctor.findings import Finding, Verdict
from tests.fakes.doctor_samples import ROLE, VISIT, healthy, rights_of

APPLY = "snapkeep manifests --cluster myeks | kubectl apply -f -"


def with_entry(entry: AccessEntry | None) -> Facts:
    """The entry of prune is this one."""
    facts = healthy()
    assert isinstance(facts.entries, dict)
    return replace(facts, entries={**facts.entries, "prune": entry})


def with_rights(rights: Rights | Unknown, **changes: Any) -> Facts:
    """The rights of prune's group are these."""
    facts = healthy(**changes)
    assert isinstance(facts.rights, dict)
    return replace(facts, rights={**facts.rights, "prune": rights})


def not_ok(findings: Any) -> list[Finding]:
    return [finding for finding in findings if finding.verdict is not Verdict.OK]


def test_a_role_without_an_entry_gets_one() -> None:
    good, bad = access_entries(with_entry(None))

    assert good.text.startswith(f"{len(FUNCTIONS) - 1} of {len(FUNCTIONS)} roles")
    assert f"prune cannot get in: its role {ROLE}prune has no access entry" in bad.text
    assert bad.fix == (
        f"aws eks create-access-entry --cluster-name myeks --principal-arn {ROLE}prune "
        "--kubernetes-groups snapkeep:prune --region eu-west-1"
    )


def test_an_entry_without_the_group_is_changed() -> None:
    (bad,) = not_ok(access_entries(with_entry(AccessEntry(("snapkeep:old", "viewers")))))

    assert "lacks group snapkeep:prune (it has snapkeep:old, viewers)" in bad.text
    assert bad.fix.startswith("aws eks update-access-entry --cluster-name myeks ")


def test_before_the_deploy_there_is_nothing_to_say_of_entries() -> None:
    assert list(access_entries(healthy(functions={}, entries={}))) == []


def test_rights_that_are_missing_are_counted_and_named() -> None:
    (bad,) = not_ok(rbac(with_rights(Rights((), "asked as its group"))))

    number = sum(len(rule.resources) * len(rule.verbs) for rule in FUNCTIONS["prune"])
    assert f"prune lacks {number} of its {number} rights: " in bad.text
    assert "delete, get, list volumesnapshots" in bad.text
    assert bad.verdict is Verdict.PROBLEM
    assert bad.fix == APPLY


def test_the_apply_command_names_another_config() -> None:
    visit = replace(VISIT, config="my config.yaml")

    (bad,) = not_ok(rbac(with_rights(Rights((), "asked as its group"), visit=visit)))

    assert bad.fix == "snapkeep manifests --cluster myeks --config 'my config.yaml' | kubectl apply -f -"


def test_before_the_deploy_missing_rights_are_the_next_step() -> None:
    (bad,) = not_ok(rbac(with_rights(Rights((), "asked as its group"), functions={})))

    assert bad.verdict is Verdict.LATER


def test_a_cluster_that_does_not_know_all_its_rules_cannot_prove_that_one_is_missing() -> None:
    (bad,) = not_ok(rbac(with_rights(Rights((), "asked as its group", incomplete=True))))

    assert bad.verdict is Verdict.CANNOT_TELL


def test_a_right_to_one_object_is_no_right_to_its_kind() -> None:
    everything_of_one = Grant(("*",), ("*",), ("*",), names=("one",))

    found = not_ok(rbac(with_rights(Rights((everything_of_one,), "asked as its group"))))

    assert any("prune lacks" in finding.text for finding in found)


@pytest.mark.parametrize(
    ("grant", "named"),
    [
        (Grant(("",), ("secrets",), ("get",)), "get secrets"),
        (Grant(("*",), ("*",), ("*",)), "* *.*"),
    ],
)
def test_rights_beyond_the_table_are_a_problem(grant: Grant, named: str) -> None:
    enough = rights_of("prune")

    (bad,) = not_ok(rbac(with_rights(replace(enough, grants=(*enough.grants, grant)))))

    assert bad.verdict is Verdict.PROBLEM
    assert f"prune may do more than it needs: {named}" in bad.text


def test_one_group_that_cannot_be_asked_about_hides_no_other() -> None:
    good, bad = rbac(with_rights(Unknown("forbidden", "ask the admin")))

    assert f"{len(FUNCTIONS) - 1} of {len(FUNCTIONS)} groups" in good.text
    assert (bad.verdict, bad.text, bad.fix) == (Verdict.CANNOT_TELL, "forbidden", "ask the admin")
