"""DescribeCluster leads to the sandbox's own Kubernetes API; the cluster has its add-ons."""

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
