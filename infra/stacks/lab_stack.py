"""The stack of the lab cluster: assembles constructs in the order of their dependencies."""

from __future__ import annotations

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Environment, Stack
from constructs import Construct

from infra.constructs.lab.charts import Charts
from infra.constructs.lab.cluster import LabCluster
from infra.constructs.lab.cluster_dns import ClusterDns
from infra.constructs.lab.network import Network
from infra.constructs.lab.node_groups import NodeGroups
from infra.constructs.lab.node_network import NodeNetwork
from infra.constructs.lab.shared_files import SharedFiles
from infra.constructs.lab.storage_classes import StorageClasses
from infra.constructs.lab.storage_drivers import StorageDrivers
from infra.constructs.lab.web_pages import WebPages
from infra.constructs.lab.wordpress import WordPress
from infra.constructs.lab.writer import Writer
from infra.lab_options import LabOptions


class LabStack(Stack):
    """An EKS cluster with everything that Snapkeep is tested on. It costs money: docs/lab.md.

    Objects that controllers create in the cluster (volumes, a load balancer) must be deleted before the
    controllers. CloudFormation deletes in reverse order, so these dependencies also order the lab's removal.
    """

    def __init__(self, scope: Construct, id: str, *, options: LabOptions) -> None:
        super().__init__(
            scope,
            id,
            description=f"Snapkeep's lab cluster {options.cluster}",
            env=Environment(region=options.region),
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        network = Network(self, "Network", zones=options.availability_zones)
        lab = LabCluster(self, "Lab", name=options.cluster, vpc=network.vpc, admin=options.admin)
        cluster = lab.cluster

        node_network = NodeNetwork(self, "NodeNetwork", cluster=cluster)
        nodes = NodeGroups(self, "Nodes", cluster=cluster)
        nodes.node.add_dependency(network, node_network)

        dns = ClusterDns(self, "Dns", cluster=cluster)
        drivers = StorageDrivers(self, "StorageDrivers", cluster=cluster)
        files = SharedFiles(self, "SharedFiles", cluster=cluster)
        for addon in (dns, drivers):
            addon.node.add_dependency(nodes)
        charts = Charts(self, "Charts", cluster=cluster, domain=options.domain)
        charts.node.add_dependency(dns, drivers)

        classes = StorageClasses(self, "StorageClasses", cluster=cluster, files=files.file_system)
        classes.node.add_dependency(drivers)
        writer = Writer(self, "Writer", cluster=cluster)
        wordpress = WordPress(self, "WordPress", cluster=cluster)
        pods = files.mount(cluster)
        for workload in (writer, wordpress, pods):
            workload.node.add_dependency(classes, charts)
        if options.domain and options.visitors:
            pages = WebPages(
                self, "WebPages", cluster=cluster, domain=options.domain, visitors=options.visitors
            )
            pages.node.add_dependency(wordpress)
        CfnOutput(
            self,
            "KubeconfigCommand",
            value=f"aws eks update-kubeconfig --name {options.cluster} --region {options.region}",
        )
        CfnOutput(self, "FileSystemId", value=files.file_system.file_system_id)
        CfnOutput(self, "WordPressPasswordArn", value=wordpress.password.secret_arn)
