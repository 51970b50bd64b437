"""Clusters are registered with the endpoint and certificate authority of the sandbox's own Kubernetes API.

AWS: DescribeCluster returns the endpoint and the cluster authority's PEM in base64; with
authenticationMode API, access entries decide who has access (EKS user guide "Access entries").
ministack: without Docker a cluster has an endpoint that nobody serves and an empty authority.
"""

from typing import Any

from ministack.services import eks

from sandbox.aws.private import require
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

VERSION = "1.34"

ADD_ONS = {"aws-ebs-csi-driver": "v1.48.0-eksbuild.1", "snapshot-controller": "v8.3.0-eksbuild.1"}
"""The add-ons that the sandbox's driver stands in for, installed as EKS installs them.
https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
"""


def install(world: World) -> None:
    """Check what `register` touches."""
    require(
        eks,
        "_clusters",
        "_access_entries",
        "_create_addon",
        "_cluster_arn",
        "_issuer_url",
        "_new_oidc_id",
        "_now",
        "_sanitize",
    )


def register(
    world: World, name: str, endpoint: str, authority: str, version: str = VERSION, region: str = ""
) -> dict[str, Any]:
    """Register (or change) an ACTIVE cluster in a Region, by default the sandbox's, and return
    DescribeCluster's answer; `authority` is a PEM in base64.
    """
    with request_scope(world.account, region or world.region):
        cluster = eks._clusters.get(name) or {"createdAt": eks._now(), "_creator_arn": ""}
        cluster.update(
            {
                "name": name,
                "arn": eks._cluster_arn(name),
                "version": version,
                "endpoint": endpoint,
                "roleArn": f"arn:aws:iam::{world.account}:role/{name}-cluster",
                "resourcesVpcConfig": {"subnetIds": [], "securityGroupIds": [], "endpointPublicAccess": True},
                "identity": {"oidc": {"issuer": eks._issuer_url(eks._new_oidc_id())}},
                "status": "ACTIVE",
                "certificateAuthority": {"data": authority},
                "platformVersion": "eks.1",
                "accessConfig": {"authenticationMode": "API"},
                "tags": {},
            }
        )
        eks._clusters[name] = cluster
        for add_on, installed in ADD_ONS.items():
            eks._create_addon(name, {"addonName": add_on, "addonVersion": installed})
        shown: dict[str, Any] = eks._sanitize(cluster)
        return shown
