"""DescribeCluster leads to the sandbox's own Kubernetes API; the cluster has its add-ons."""

import json
from typing import Any

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox


def test_a_registered_cluster_is_described(sandbox: Sandbox, control: AwsControl) -> None:
    control.register_cluster("described", "https://127.0.0.1:6443", "LS0tLS1CRUdJTg==")
    eks = sandbox.client("eks")

    cluster = eks.describe_cluster(name="described")["cluster"]

    assert cluster["status"] == "ACTIVE"
    assert cluster["endpoint"] == "https://127.0.0.1:6443"
    assert cluster["certificateAuthority"] == {"data": "LS0tLS1CRUdJTg=="}
    assert cluster["accessConfig"]["authenticationMode"] == "API"


def test_a_cluster_has_the_add_ons_whose_work_the_sandbox_does(sandbox: Sandbox, control: AwsControl) -> None:
    control.register_cluster("equipped", "https://127.0.0.1:6443", "LS0t")
    control.register_cluster("equipped", "https://127.0.0.1:6444", "LS0t")
    eks = sandbox.client("eks")

    for name in ("aws-ebs-csi-driver", "snapshot-controller"):
        add_on = eks.describe_addon(clusterName="equipped", addonName=name)["addon"]
        assert add_on["status"] == "ACTIVE"


def test_an_access_entry_is_listed_and_described(sandbox: Sandbox, control: AwsControl) -> None:
    control.register_cluster("entered", "https://127.0.0.1:6443", "LS0t")
    eks, role = sandbox.client("eks"), "arn:aws:iam::111122223333:role/plan"

    eks.create_access_entry(clusterName="entered", principalArn=role, kubernetesGroups=["snapkeep:plan"])

    assert eks.list_access_entries(clusterName="entered")["accessEntries"] == [role]
    entry = eks.describe_access_entry(clusterName="entered", principalArn=role)["accessEntry"]
    assert entry["kubernetesGroups"] == ["snapkeep:plan"]


def test_another_principal_is_let_in_before_the_one_before_it_is_put_out(
    sandbox: Sandbox, control: AwsControl
) -> None:
    control.register_cluster("changed", "https://127.0.0.1:6443", "LS0t")
    cloudformation, eks = sandbox.client("cloudformation"), sandbox.client("eks")
    old, new = (f"arn:aws:iam::111122223333:role/{name}" for name in ("old", "new"))

    def template(principal: str, *, broken: bool = False) -> str:
        entry = {
            "Type": "AWS::EKS::AccessEntry",
            "Properties": {"ClusterName": "changed", "PrincipalArn": principal, "Type": "STANDARD"},
        }
        wrong = {
            "Type": "AWS::Lambda::Function",
            "DependsOn": "Entry",
            "Properties": {"Runtime": "python2.7"},
        }
        return json.dumps({"Resources": {"Entry": entry} | ({"Wrong": wrong} if broken else {})})

    def entries() -> Any:
        return eks.list_access_entries(clusterName="changed")["accessEntries"]

    cloudformation.create_stack(StackName="entry", TemplateBody=template(old))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="entry", WaiterConfig={"Delay": 1})
    cloudformation.update_stack(StackName="entry", TemplateBody=template(new, broken=True))
    cloudformation.get_waiter("stack_rollback_complete").wait(StackName="entry", WaiterConfig={"Delay": 1})
    assert entries() == [old]

    cloudformation.update_stack(StackName="entry", TemplateBody=template(new))
    cloudformation.get_waiter("stack_update_complete").wait(StackName="entry", WaiterConfig={"Delay": 1})

    assert entries() == [new]
    events = cloudformation.describe_stack_events(StackName="entry")["StackEvents"]
    reasons = [
        each.get("ResourceStatusReason", "") for each in events if each["LogicalResourceId"] == "Entry"
    ]
    assert any("requires the creation of a new physical resource" in reason for reason in reasons)
