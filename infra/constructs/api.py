"""The API: explicit routes, signed by IAM, throttled, each request in the access log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import permissions
from infra.constructs.api_problems import add_gateway_problems
from infra.constructs.api_routes import routes_of
from infra.constructs.log_group import log_group
from infra.constructs.python_function import PythonFunction
from infra.constructs.report import ReportBucket
from infra.constructs.save_objects import SaveObjects
from infra.platform import Platform
from snapkeep.settings import ApiSettings
from snapkeep_cli.config.stack_options import StackOptions

STAGE = "live"
TIMEOUT = Duration.seconds(28)
"""API Gateway waits 29 s: the function itself must be able to say that it took too long."""

RATE, BURST = 20, 40
CHANGES_RATE, CHANGES_BURST = 2, 10
"""Requests a second, and at once; few of them create anything."""

LOGGED = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "caller": "$context.identity.userArn",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "path": "$context.path",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "error": "$context.error.responseType",
}
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html"""


class Api(Construct):
    """The function (`function`) and the REST API in front of it; `url` is its address.

    `asked` are the functions that it invokes. It links to what `objects` saves, and sees
    what is in the backup vault of file systems of the name `vault`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        asked: Sequence[PythonFunction],
        objects: SaveObjects | None = None,
        pages: ReportBucket,
        vault: str = "",
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "Api",
            platform=platform,
            name="api",
            description="Snapkeep: answers the API",
            timeout=TIMEOUT,
            memory_mib=1024,
            settings=ApiSettings(
                journal_table=platform.journal.name,
                event_bus=platform.event_bus,
                reports_bucket=pages.name,
                objects_bucket=objects.bucket.name if objects else "",
                backup_vault=vault,
                **{f"{each.name}_function": each.function.function_name for each in asked},
            ),
        )
        deployment = platform.deployment
        is_vault = deployment.vault
        self.routes = routes_of(deployment, objects=objects is not None)
        self.function.allow(
            permissions.describe(
                "Snapshots", "LockedSnapshots", "Images", *(() if is_vault else ("Volumes",))
            ),
            *(() if is_vault else self._about_clusters(platform)),
            permissions.put_events(Stack.of(self), platform.event_bus),
            *(permissions.invoke(each.function.function_arn) for each in asked),
            *pages.reading(),
            *(objects.bucket.reading() if objects else ()),
            *((permissions.hand_out_files(pages.files),) if deployment.files else ()),
            *(permissions.ask_about_file_systems(Stack.of(self)) if deployment.file_system_policies else ()),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
            ),
        )
        self.url = self._gateway(platform.prefix, platform.options).url

    def _about_clusters(self, platform: Platform) -> Iterator[iam.PolicyStatement]:
        """What a vault's API has no need of."""
        stack, deployment = Stack.of(self), platform.deployment
        yield permissions.look_into_bin()
        yield permissions.describe_keys(stack, deployment.places)
        yield permissions.describe_clusters(stack, platform.clusters)
        yield from permissions.hold_snapshots(stack, platform.owner)
        if deployment.adopt:
            yield from permissions.lend_to_copies(stack, platform.owner, take_back=False)
        if deployment.borrow:
            yield from permissions.borrow_copies(stack, deployment.borrow)

    def _gateway(self, name: str, options: StackOptions) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Gateway",
            rest_api_name=name,
            description="Snapkeep: restores, recovery points and backups on demand",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=True,  # API Gateway needs it to write an access log
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=self._stage(name, options),
        )
        integration = apigateway.LambdaIntegration(self.function.function, scope_permission_to_method=False)
        for path, methods in self.routes.items():
            resource = api.root.resource_for_path(path)
            for method in methods:
                resource.add_method(method, integration, authorization_type=apigateway.AuthorizationType.IAM)
        add_gateway_problems(api)
        api.node.try_remove_child("Endpoint")  # CDK's own output; the stack has another
        return api

    def _stage(self, name: str, options: StackOptions) -> apigateway.StageOptions:
        log = log_group(self, "AccessLog", name=f"/aws/apigateway/{name}", days=options.log_retention_days)
        throttled = [f"{path}/POST" for path, methods in self.routes.items() if "POST" in methods]
        few = apigateway.MethodDeploymentOptions(
            throttling_rate_limit=CHANGES_RATE, throttling_burst_limit=CHANGES_BURST
        )
        return apigateway.StageOptions(
            stage_name=STAGE,
            tracing_enabled=options.tracing or None,
            throttling_rate_limit=RATE,
            throttling_burst_limit=BURST,
            method_options=dict.fromkeys(throttled, few),
            access_log_destination=apigateway.LogGroupLogDestination(log),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(LOGGED)),
        )
