"""Metrics, written into a function's log (EMF): that needs no call and no right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from snapkeep.domain.metrics import NAMESPACE, SERVICE, Metric

if TYPE_CHECKING:
    from snapkeep.domain.proof.progress import Progress


class WorkCounter:
    """Counts what functions gave up on, in their logs: that needs no call, no right and no bus."""

    def parts_given_up(self, function: str, count: int) -> None:
        """Count how many parts of its work a pass of a scheduled function gave up; 0 is a sign of life."""
        emit(Metric.PARTS_GIVEN_UP, count, {"service": SERVICE, "function": function})

    def points_checked(self, cluster: str, progress: Progress) -> None:
        """Measure how far the checks of a cluster's points have come."""
        measured = {
            Metric.POINTS_CHECKED: progress.share,
            Metric.UNCHECKED_AGE: progress.oldest.total_seconds(),
            Metric.POINTS_SUSPICIOUS: float(progress.suspicious),
        }
        for metric, value in measured.items():
            emit(metric, value, {"service": SERVICE, "cluster": cluster}, also={"service": SERVICE})


def count(metric: Metric, value: float, cluster: str, policy: str, place: str = "") -> None:
    """Count something of a policy in a cluster (and of a place, if one is named), and once more for the
    service alone."""
    dimensions = {"service": SERVICE, "cluster": cluster, "policy": policy}
    emit(metric, value, dimensions | ({"place": place} if place else {}), also={"service": SERVICE})


def emit(metric: Metric, value: float, dimensions: Mapping[str, str], also: Mapping[str, str] = {}) -> None:
    """Write one metric into the log of the function."""
    metrics = AmazonCloudWatchEMFProvider(namespace=NAMESPACE)
    metrics.add_metric(name=metric.value, unit=MetricUnit(metric.unit), value=value)
    for dimension, text in dimensions.items():
        metrics.add_dimension(name=dimension, value=text)
    if also:
        metrics.add_dimensions(**also)
    metrics.flush_metrics()
