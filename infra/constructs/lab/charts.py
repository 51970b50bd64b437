"""What Helm installs: the AWS Load Balancer Controller, kube-ops-view, and ExternalDNS for a domain."""

from __future__ import annotations

from typing import cast

from aws_cdk import Stack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.lab.addon import pod_role

NAMESPACE = "kube-system"
LOAD_BALANCER_CONTROLLER = eks.AlbControllerVersion.V3_2_2
KUBE_OPS_VIEW = "3.6.3"
EXTERNAL_DNS = "1.19.0"


class Charts(Construct):
    """Charts in exact versions. ExternalDNS is installed only with a domain."""

    def __init__(
        self, scope: Construct, id: str, *, cluster: eks.ICluster, domain: str | None = None
    ) -> None:
        super().__init__(scope, id)
        controller = eks.AlbController(
            self,
            "LoadBalancerController",
            cluster=cast(eks.Cluster, cluster),
            version=LOAD_BALANCER_CONTROLLER,
            repository="public.ecr.aws/eks/aws-load-balancer-controller",
            # The webhook would refuse every Service in the cluster while the controller is down.
            additional_helm_chart_values={"enableServiceMutatorWebhook": False},
        )
        charts = [self._kube_ops_view(cluster)]
        if domain:
            charts.append(self._external_dns(cluster, domain))
        for chart in charts:
            chart.node.add_dependency(controller)

    def _kube_ops_view(self, cluster: eks.ICluster) -> eks.HelmChart:
        return eks.HelmChart(
            self,
            "KubeOpsView",
            cluster=cluster,
            repository="https://charts.christianhuth.de",
            chart="kube-ops-view",
            version=KUBE_OPS_VIEW,
            release="kube-ops-view",
            namespace=NAMESPACE,
            wait=True,
            # One replica keeps its state in memory.
            values={"redis": {"enabled": False}},
        )

    def _external_dns(self, cluster: eks.ICluster, domain: str) -> eks.HelmChart:
        role = pod_role(
            self, "ExternalDnsRole", cluster=cluster, namespace=NAMESPACE, service_account="external-dns"
        )
        for statement in _records_of(domain, Stack.of(self).partition):
            role.add_to_policy(statement)
        identity = eks.CfnPodIdentityAssociation(
            self,
            "ExternalDnsIdentity",
            cluster_name=cluster.cluster_name,
            namespace=NAMESPACE,
            service_account="external-dns",
            role_arn=role.role_arn,
        )
        chart = eks.HelmChart(
            self,
            "ExternalDns",
            cluster=cluster,
            repository="https://kubernetes-sigs.github.io/external-dns/",
            chart="external-dns",
            version=EXTERNAL_DNS,
            release="external-dns",
            namespace=NAMESPACE,
            wait=True,
            values={
                "provider": {"name": "aws"},
                "sources": ["ingress"],
                "domainFilters": [domain],
                "txtOwnerId": cluster.cluster_name,
                # Records are deleted with their Ingress, immediately.
                "policy": "sync",
                "triggerLoopOnEvent": True,
                "serviceAccount": {"name": "external-dns"},
                "env": [{"name": "AWS_DEFAULT_REGION", "value": Stack.of(self).region}],
            },
        )
        chart.node.add_dependency(identity, role)
        return chart


def _records_of(domain: str, partition: str) -> list[iam.PolicyStatement]:
    """May change the records below `domain`, in whatever zone holds them, and list the zones.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
    """
    names = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    zones = [f"arn:{partition}:route53:::hostedzone/*"]
    return [
        iam.PolicyStatement(
            sid="ChangeRecordsOfTheDomain",
            actions=["route53:ChangeResourceRecordSets"],
            resources=zones,
            conditions={"ForAllValues:StringLike": {names: [domain, f"*.{domain}"]}},
        ),
        iam.PolicyStatement(
            sid="ReadZones",
            actions=["route53:ListResourceRecordSets", "route53:ListTagsForResources"],
            resources=zones,
        ),
        iam.PolicyStatement(sid="ListZones", actions=["route53:ListHostedZones"], resources=["*"]),
    ]
