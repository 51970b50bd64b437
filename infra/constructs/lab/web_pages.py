"""WordPress and kube-ops-view under names in the domain, only for the visitors' network."""

from __future__ import annotations

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from infra.constructs.lab.manifests import apply


class WebPages(Construct):
    """Two Ingresses that share one load balancer; ExternalDNS names it wordpress.… and kube-ops-view.…"""

    def __init__(
        self, scope: Construct, id: str, *, cluster: eks.ICluster, domain: str, visitors: str
    ) -> None:
        super().__init__(scope, id)
        apply(self, "web-pages", cluster=cluster, domain=domain, visitors=visitors)
