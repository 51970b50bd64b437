"""One CloudWatch dashboard: whether everything is backed up, and whether anything failed or is stuck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.alarms import counted
from infra.constructs.python_function import PythonFunction
from snapkeep.domain.metrics import NAMESPACE, SERVICE, Metric

WIDTH = 24
"""Columns of a dashboard.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

HOUR = Duration.hours(1)


class Shown(Enum):
    """What a deployment has to show: clusters that are backed up, copies in places or in a vault, and checks
    of points."""

    BACKUPS = auto()
    COPIES = auto()
    CHECKS = auto()


class Dashboard(Construct):
    """Created last, so that its first row shows every alarm of the stack."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        functions: Sequence[PythonFunction],
        shown: Sequence[Shown] = (Shown.BACKUPS,),
    ) -> None:
        super().__init__(scope, id)
        dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=name, default_interval=Duration.days(7)
        )
        for row in (
            self._alarms(),
            *([_backups(), _surprises()] if Shown.BACKUPS in shown else []),
            *([_copies()] if Shown.COPIES in shown else []),
            *([_checks()] if Shown.CHECKS in shown else []),
            _functions(functions),
        ):
            dashboard.add_widgets(*row)

    def _alarms(self) -> list[cloudwatch.IWidget]:
        every = [
            construct
            for construct in Stack.of(self).node.find_all()
            if isinstance(construct, cloudwatch.Alarm)
        ]
        return [
            cloudwatch.AlarmStatusWidget(alarms=every, title="Alarms", width=WIDTH, height=5),
        ]


def _backups() -> list[cloudwatch.IWidget]:
    return _row(
        _graph("Age of the newest good run", [_by_policy(Metric.NEWEST_GOOD_AGE, "Maximum", 900)]),
        _graph(
            "Runs",
            _sums(
                Metric.RUNS_COMPLETED,
                Metric.RUNS_PARTIALLY_FAILED,
                Metric.RUNS_FAILED,
                Metric.SLOTS_MISSED,
                Metric.SLOTS_REFUSED,
            ),
        ),
        _graph("Recovery points", _sums(Metric.POINTS_READY, Metric.POINTS_FAILED, Metric.POINTS_NOT_LOCKED)),
    )


def _surprises() -> list[cloudwatch.IWidget]:
    slowest = counted(Metric.SECONDS_TO_CORDON, every=HOUR, statistic=cloudwatch.Stats.MAXIMUM)
    return _row(
        _graph("Claims that are owed a recovery point", [_by_policy(Metric.CLAIMS_LATE, "Maximum", 900)]),
        _graph("Dying nodes", [*_sums(Metric.VOLUMES_MISSED, Metric.INTERRUPTIONS_MISSED), slowest]),
        _graph("Prune", _sums(Metric.PRUNES_BRAKED, Metric.ORPHANS)),
    )


def _copies() -> list[cloudwatch.IWidget]:
    return _row(
        _graph("Age of the newest copies", [_by("cluster,policy,place", Metric.COPY_AGE, "Maximum", 300)]),
        _graph("Claims whose copies are late", [_by("cluster,place", Metric.COPIES_LATE, "Maximum", 3600)]),
        _graph("Copies", _sums(Metric.COPIES_READY, Metric.COPIES_FAILED)),
    )


def _checks() -> list[cloudwatch.IWidget]:
    return _row(
        _graph(
            "Points of 8 days that were looked into, percent",
            [_by("cluster", Metric.POINTS_CHECKED, "Minimum", 300)],
        ),
        _graph("Suspicious points", [_by("cluster", Metric.POINTS_SUSPICIOUS, "Maximum", 300)]),
        _graph("Oldest point without a check", [_by("cluster", Metric.UNCHECKED_AGE, "Maximum", 300)]),
    )


def _functions(functions: Sequence[PythonFunction]) -> list[cloudwatch.IWidget]:
    return _row(
        _graph(
            "Errors",
            [
                each.function.metric_errors(period=HOUR, statistic="Sum", label=each.name)
                for each in functions
            ],
        ),
        _graph(
            "Longest run, in milliseconds",
            [
                each.function.metric_duration(period=HOUR, statistic="Maximum", label=each.name)
                for each in functions
            ],
        ),
        _graph(
            "Throttles",
            [
                each.function.metric_throttles(period=HOUR, statistic="Sum", label=each.name)
                for each in functions
            ],
        ),
    )


def _row(*widgets: cloudwatch.GraphWidget) -> list[cloudwatch.IWidget]:
    return list(widgets)


def _graph(title: str, metrics: Iterable[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=WIDTH // 3, height=6)


def _sums(*metrics: Metric) -> list[cloudwatch.IMetric]:
    return [counted(metric, every=HOUR) for metric in metrics]


def _by_policy(metric: Metric, statistic: str, seconds: int) -> cloudwatch.MathExpression:
    """A line for each cluster and policy that exists at viewing time."""
    return _by("cluster,policy", metric, statistic, seconds)


def _by(dimensions: str, metric: Metric, statistic: str, seconds: int) -> cloudwatch.MathExpression:
    """A line for each combination of these dimensions' values that exists at viewing time."""
    search = f'{{{NAMESPACE},service,{dimensions}}} MetricName="{metric}" service="{SERVICE}"'
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{search}', '{statistic}', {seconds})", label="", using_metrics={}
    )
