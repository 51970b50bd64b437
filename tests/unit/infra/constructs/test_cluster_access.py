"""Access entries: which function is whom in which cluster."""

from __future__ import annotations

from snapkeep_cli.config.cluster_access import FUNCTIONS, group_name
from tests.unit.infra.template import Template


def test_each_function_that_talks_to_clusters_is_in_its_own_group_in_every_cluster(
    template: Template,
) -> None:
    entries = {
        (entry["ClusterName"], entry["PrincipalArn"]["Fn::GetAtt"][0]): entry["KubernetesGroups"]
        for entry in template.resources("EKS::AccessEntry").values()
    }
    roles = {name: template.function(name)["Role"]["Fn::GetAtt"][0] for name in FUNCTIONS}

    assert entries == {
        (cluster, roles[name]): [group_name(name)] for cluster in ("myeks", "second") for name in FUNCTIONS
    }


def test_no_policy_of_aws_is_attached(template: Template) -> None:
    for entry in template.resources("EKS::AccessEntry").values():
        assert entry["Type"] == "STANDARD"
        assert "AccessPolicies" not in entry


def test_a_function_takes_a_role_on_only_once_every_cluster_lets_it_in(template: Template) -> None:
    entries: dict[str, set[str]] = {}
    for logical_id, entry in template.resources("EKS::AccessEntry").items():
        entries.setdefault(entry["PrincipalArn"]["Fn::GetAtt"][0], set()).add(logical_id)

    for function in template.whole("Lambda::Function").values():
        role = function["Properties"]["Role"]["Fn::GetAtt"][0]
        assert entries.get(role, set()) <= set(function["DependsOn"])
    assert sum(map(len, entries.values())) == 2 * len(FUNCTIONS)
