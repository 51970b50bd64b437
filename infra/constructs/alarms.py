"""Alarms: each is defined next to what it watches, and its description ends with the right runbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from snapkeep.domain.metrics import NAMESPACE, SERVICE, Metric


def alarm(
    scope: Construct,
    id: str,
    *,
    metric: cloudwatch.IMetric,
    says: str,
    runbook: str,
    periods: int = 1,
    when_silent: bool = False,
) -> cloudwatch.Alarm:
    """An alarm that goes off if the metric is 1 or more for this many periods, or with `when_silent` if it is
    less or has no data.

    `says` is what people read first; `runbook` is the name of a file in docs/runbooks (or in the place that
    the config names for runbooks). Otherwise no data is good, because nothing counts what did not happen.
    """
    place = scope.node.try_get_context("runbooks")
    return cloudwatch.Alarm(
        scope,
        id,
        metric=metric,
        threshold=1,
        evaluation_periods=periods,
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        if when_silent
        else cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.BREACHING
        if when_silent
        else cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=f"Snapkeep: {says}. Runbook: {place}/{runbook}.md",
    )


def counted(metric: Metric, *, every: Duration, statistic: str = cloudwatch.Stats.SUM) -> cloudwatch.Metric:
    """One of our metrics, over all clusters and policies."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=metric.value,
        dimensions_map={"service": SERVICE},
        statistic=statistic,
        period=every,
    )


def given_up(
    function: str, *, every: Duration, statistic: str = cloudwatch.Stats.MAXIMUM
) -> cloudwatch.Metric:
    """The largest number of parts that one pass of a scheduled function gave up on."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=Metric.PARTS_GIVEN_UP.value,
        dimensions_map={"service": SERVICE, "function": function},
        statistic=statistic,
        period=every,
    )


def gave_up_or_stopped(scope: Construct, id: str, *, function: str, every: Duration, runbook: str) -> None:
    """Two alarms on a scheduled function: it gave up a part in three consecutive periods (`id`), or it sent
    no metric at all (`Stopped`).

    Each pass counts what it gave up, 0 if nothing. Problems that end within a period do not matter.
    An alarm notifies when it changes: one for both would be on for weeks while a cluster is away, and hide
    that the function stopped.
    """
    alarm(
        scope,
        id,
        metric=given_up(function, every=every),
        periods=3,
        says=f"{function} keeps giving up parts of its work",
        runbook=runbook,
    )
    alarm(
        scope,
        "Stopped",
        metric=given_up(function, every=every, statistic=cloudwatch.Stats.SAMPLE_COUNT),
        periods=3,
        when_silent=True,
        says=f"{function} has stopped",
        runbook=runbook,
    )


def together(metrics: Sequence[Metric], *, every: Duration) -> cloudwatch.MathExpression:
    """The sum of several of our metrics; one without data counts as 0."""
    using: Mapping[str, cloudwatch.IMetric] = {
        f"m{number}": counted(metric, every=every) for number, metric in enumerate(metrics)
    }
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in using),
        using_metrics=dict(using),
        label=" + ".join(metrics),
        period=every,
    )
