"""One deployment serves a cluster: no two stacks can have the parameter that says so."""

from __future__ import annotations

from tests.unit.infra.template import Template


def test_each_cluster_has_a_parameter_of_a_fixed_name_that_names_the_deployment(template: Template) -> None:
    found = {each["Name"]: each["Value"] for each in template.resources("SSM::Parameter").values()}

    assert found == {"/snapkeep/clusters/myeks": "snapkeep", "/snapkeep/clusters/second": "snapkeep"}


def test_nobody_is_let_into_a_cluster_before_it_is_known_to_be_ours(template: Template) -> None:
    parameters = set(template.resources("SSM::Parameter"))
    entries = template.whole("EKS::AccessEntry")

    assert entries
    for entry in entries.values():
        assert parameters <= set(entry["DependsOn"])
