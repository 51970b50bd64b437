"""The user data of an AL2023 node: nodeadm's configuration, and a script that runs before the kubelet."""

from __future__ import annotations

from pathlib import Path

import yaml
from aws_cdk import aws_ec2 as ec2

FOLDER = Path(__file__).with_name("bootstrap")
MAX_PODS = 100

NODE_CONFIG = {
    "apiVersion": "node.eks.aws/v1alpha1",
    "kind": "NodeConfig",
    "spec": {"kubelet": {"config": {"maxPods": MAX_PODS}}},
}
"""Only the differences: EKS puts its own part first (cluster, endpoint, its maxPods), and in nodeadm
later parts win. https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/examples/#merging-multiple-configuration-objects
"""


def user_data(script: str | None = None) -> ec2.MultipartUserData:
    """MIME multipart, as managed node groups require; `script` is the name of a file in `bootstrap/`.

    cloud-init runs the script before nodeadm starts containerd and the kubelet.
    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-user-data
    """
    node_config = yaml.safe_dump(NODE_CONFIG, sort_keys=False)
    parts = ec2.MultipartUserData()
    if script:
        parts.add_part(_part('text/x-shellscript; charset="us-ascii"', (FOLDER / script).read_text()))
    parts.add_part(_part("application/node.eks.aws", node_config))
    return parts


def _part(content_type: str, body: str) -> ec2.MultipartBody:
    return ec2.MultipartBody.from_raw_body(content_type=content_type, body=body)
