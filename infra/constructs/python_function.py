"""One of our functions: the only place that decides runtime, architecture, layers, logs and failure queue."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm
from infra.constructs.failure_queue import failure_queue
from infra.constructs.log_group import log_group
from infra.constructs.network import Network
from infra.constructs.snap_start import alias_of
from infra.packaging.assets import Asset
from infra.platform import Platform
from snapkeep.settings import Settings
from snapkeep_cli.config.cluster_access import WITH_ACCESS
from snapkeep_cli.config.role_names import role_name, role_path


class PythonFunction(Construct):
    """A Lambda function from `lambdas/<name>/handler.py` with a role that may only write its own log.

    `asynchronous` functions are started by Scheduler or by another function: what still fails after Lambda's
    retries goes to the function's failure queue (`failures`), for people to read and resend.
    `layers` names optional layers that it needs besides those of every function.
    Rules, schedules and queues start `target`: the function, or with SnapStart its alias.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        name: str,
        description: str,
        settings: Settings,
        timeout: Duration,
        memory_mib: int = 512,
        asynchronous: bool = False,
        snap_start: bool = False,
        layers: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self._sids: set[str | None] = set()
        self.timeout = timeout
        physical_name = platform.function_name(name)
        self.role = self._role(platform, description)
        self.failures: sqs.Queue | None = failure_queue(self, "Failures") if asynchronous else None
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=physical_name,
            description=description,
            runtime=platform.runtime,
            architecture=platform.architecture,
            code=_code(platform.handlers[name]),
            handler="handler.handle",
            layers=[*platform.layers, *(platform.optional_layers[each] for each in layers)],
            role=self.role,
            environment=_environment(name, settings),
            timeout=timeout,
            memory_size=memory_mib,
            reserved_concurrent_executions=platform.options.reserved_concurrency.get(name),
            tracing=lambda_.Tracing.ACTIVE if platform.options.tracing else None,
            dead_letter_queue=self.failures,
            log_group=self._log_group(physical_name, platform.options.log_retention_days),
            logging_format=lambda_.LoggingFormat.JSON,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
        )
        self._watch(physical_name)
        if platform.network and name in WITH_ACCESS:
            self._join(platform.network, platform.function_arn(Stack.of(self), name))
        self.target: lambda_.IFunction = alias_of(self.function, memory_mib) if snap_start else self.function

    def allow(self, *statements: iam.PolicyStatement) -> None:
        """Add statements to the function's role. Raises ValueError for a second one of the same Sid.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
        """
        for statement in statements:
            if statement.sid and statement.sid in self._sids:
                raise ValueError(f"{self.name}: IAM refuses a policy with two statements {statement.sid}")
            self._sids.add(statement.sid)
            self.role.add_to_policy(statement)

    def _role(self, platform: Platform, description: str) -> iam.Role:
        # Without AWSLambdaBasicExecutionRole, which may write every log of the account.
        return iam.Role(
            self,
            "ExecutionRole",
            path=role_path(platform.prefix),
            role_name=role_name(platform.prefix, Stack.of(self).region, self.name),
            description=description,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )

    def _watch(self, physical_name: str) -> None:
        alarm(
            self,
            "Throttled",
            metric=self.function.metric_throttles(period=Duration.minutes(5), statistic=cloudwatch.Stats.SUM),
            periods=2,
            says=f"Lambda throttles {physical_name}",
            runbook="function-throttled",
        )

    def _join(self, network: Network, function_arn: str) -> None:
        resource = self.function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
            subnet_ids=list(network.subnets), security_group_ids=[network.security_group]
        )
        self.allow(*permissions.join_network(function_arn))

    def _log_group(self, physical_name: str, days: int) -> logs.LogGroup:
        group = log_group(self, "Log", name=f"/aws/lambda/{physical_name}", days=days)
        group.grant_write(self.role)
        return group


def _environment(name: str, settings: Settings) -> dict[str, str]:
    return {
        **settings.to_environment(),
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _code(asset: Asset) -> lambda_.Code:
    return lambda_.Code.from_asset(str(asset.path), asset_hash=asset.digest)
