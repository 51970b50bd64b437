"""Every metric that the code emits: a page, a Grafana dashboard, a configuration of Prometheus' exporter.

`make docs` writes `docs/metrics.md` and both files in `deploy/`, and tests compare them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from snapkeep.domain.metrics import BY_CLUSTER, BY_PLACE, NAMESPACE, SERVICE, Metric

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "metrics.md"
GRAFANA = ROOT / "deploy" / "grafana.json"
EXPORTER = ROOT / "deploy" / "cloudwatch-exporter.yaml"

MEANINGS = {
    Metric.RUNS_COMPLETED: "runs that ended with every point ready",
    Metric.RUNS_PARTIALLY_FAILED: "runs that ended with some points ready, or could not look at everything",
    Metric.RUNS_FAILED: "runs that ended with no point ready",
    Metric.SLOTS_MISSED: "slots that will no longer be run",
    Metric.SLOTS_REFUSED: "requests for a slot that the schedule does not have",
    Metric.POINTS_READY: "ready points, when their run closes",
    Metric.POINTS_FAILED: "failed points, when their run closes",
    Metric.POINTS_LATE: "points whose snapshots were overdue but pending when their run closed; only if any",
    Metric.POINTS_NOT_LOCKED: "ready points without the lock that their policy asks for",
    Metric.NEWEST_GOOD_AGE: "age of the slot of the newest run with a ready point, every 15 minutes",
    Metric.CLAIMS_LATE: "claims without a point as recent as their policy promises, every 15 minutes",
    Metric.COPIES_READY: "copies that are complete in their place",
    Metric.COPIES_FAILED: "attempts to copy a point that failed",
    Metric.COPIES_LATE: "claims whose copies are late, every 5 minutes (hourly from 5,000 copies on)",
    Metric.COPY_AGE: "age of the data in the newest copy, for the claim that is worst off, as often",
    Metric.POINTS_CHECKED: "points of the last 8 days that were looked into, of a hundred, every 5 minutes",
    Metric.UNCHECKED_AGE: "age of the oldest of these points that waits for its check, as often",
    Metric.POINTS_SUSPICIOUS: "suspicious points that nobody has accepted, as often",
    Metric.PRUNES_BRAKED: "prunes and sweeps whose deletions the brake refused",
    Metric.ORPHANS: "snapshots and objects that belong to no backup, found by the weekly sweep",
    Metric.PARTS_GIVEN_UP: "parts of its work that one pass of a function gave up on; 0 is a sign of life",
    Metric.NOTICES: "notices about instances that are about to die",
    Metric.NOTICE_AGE: "from the time in a notice to its arrival",
    Metric.NOTICES_UNKNOWN: "events of a kind that Snapkeep does not know",
    Metric.SECONDS_TO_CORDON: "from the time in a spot notice until its node was cordoned",
    Metric.SNAPSHOTS_IN_TIME: "volumes of a dying node that were snapshotted before its deadline",
    Metric.PODS_EVICTED: "pods that Snapkeep evicted",
    Metric.PODS_BLOCKED: "pods that a disruption budget kept on a dying node",
    Metric.PODS_FORCED: "pods that were deleted although they could not be evicted",
    Metric.NODES_UNDRAINED: "nodes that somebody else should have drained but did not",
    Metric.SECONDS_TO_RELEASE: "from the first notice of a node's death until its volumes were free",
    Metric.INTERRUPTIONS_WITHDRAWN: "notices that came to nothing",
    Metric.VOLUMES_MISSED: "volumes of a dying node that could not be snapshotted",
    Metric.INTERRUPTIONS_MISSED: "nodes that died with volumes before anything was done for them",
}

PANELS: Mapping[str, tuple[Metric, ...]] = {
    "Age of the newest good run": (Metric.NEWEST_GOOD_AGE,),
    "Claims that are owed a recovery point": (Metric.CLAIMS_LATE,),
    "Runs": (Metric.RUNS_COMPLETED, Metric.RUNS_PARTIALLY_FAILED, Metric.RUNS_FAILED),
    "Slots without a run": (Metric.SLOTS_MISSED, Metric.SLOTS_REFUSED),
    "Recovery points": (
        Metric.POINTS_READY,
        Metric.POINTS_FAILED,
        Metric.POINTS_LATE,
        Metric.POINTS_NOT_LOCKED,
    ),
    "Copies": (Metric.COPIES_READY, Metric.COPIES_FAILED),
    "Claims whose copies are late": (Metric.COPIES_LATE,),
    "Age of the newest copies": (Metric.COPY_AGE,),
    "Points that were looked into": (Metric.POINTS_CHECKED,),
    "Suspicious points": (Metric.POINTS_SUSPICIOUS,),
    "Oldest point without a check": (Metric.UNCHECKED_AGE,),
    "Prune": (Metric.PRUNES_BRAKED, Metric.ORPHANS),
    "Work given up": (Metric.PARTS_GIVEN_UP,),
    "Notices": (Metric.NOTICES, Metric.NOTICES_UNKNOWN, Metric.INTERRUPTIONS_WITHDRAWN),
    "Volumes of dying nodes": (
        Metric.SNAPSHOTS_IN_TIME,
        Metric.VOLUMES_MISSED,
        Metric.INTERRUPTIONS_MISSED,
    ),
    "Pods of dying nodes": (
        Metric.PODS_EVICTED,
        Metric.PODS_BLOCKED,
        Metric.PODS_FORCED,
        Metric.NODES_UNDRAINED,
    ),
    "How fast": (Metric.NOTICE_AGE, Metric.SECONDS_TO_CORDON, Metric.SECONDS_TO_RELEASE),
}

WIDTH = 24
"""Columns of a Grafana dashboard."""
HEIGHT = 8
ACROSS = 3


def page() -> str:
    """The page: how to get the metrics, and a table of them."""
    return "\n".join(_lines()) + "\n"


def grafana() -> dict[str, Any]:
    """A dashboard over Grafana's CloudWatch data source, which it asks for when it is imported."""
    return {
        "__inputs": [
            {"name": "DS_CLOUDWATCH", "label": "CloudWatch", "type": "datasource", "pluginId": "cloudwatch"}
        ],
        "title": "Snapkeep",
        "uid": "snapkeep",
        "schemaVersion": 39,
        "time": {"from": "now-7d", "to": "now"},
        "templating": {"list": [_variable("cluster"), _variable("policy")]},
        "panels": [_panel(number, title) for number, title in enumerate(PANELS)],
    }


def exporter() -> str:
    """A configuration of Prometheus' CloudWatch exporter with all of our metrics."""
    lines = ["# Written by `make docs`: docs/metrics.md.", "region: eu-west-1", "metrics:"]
    for metric in Metric:
        lines += [
            f"  - aws_namespace: {NAMESPACE}",
            f"    aws_metric_name: {metric.value}",
            f"    aws_dimensions: [{', '.join(dimensions(metric))}]",
            f"    aws_statistics: [{statistic(metric)}]",
            "    period_seconds: 900",
            "    range_seconds: 3600",
        ]
    return "\n".join(lines) + "\n"


def dimensions(metric: Metric) -> tuple[str, ...]:
    """The dimensions of a metric, apart from those of the whole deployment."""
    if metric is Metric.PARTS_GIVEN_UP:
        return ("service", "function")
    if metric is Metric.COPIES_LATE:
        return ("service", "cluster", "place")
    if metric in BY_CLUSTER:
        return ("service", "cluster")
    return ("service", "cluster", "policy", *(["place"] if metric in BY_PLACE else []))


def statistic(metric: Metric) -> str:
    """The statistic to watch: the maximum of what is measured repeatedly, the sum of what happens."""
    again = {Metric.CLAIMS_LATE, Metric.COPIES_LATE, Metric.PARTS_GIVEN_UP, Metric.ORPHANS}
    again |= {Metric.POINTS_SUSPICIOUS}
    if metric is Metric.POINTS_CHECKED:
        return "Minimum"
    return "Maximum" if metric.unit == "Seconds" or metric in again else "Sum"


def _variable(name: str) -> dict[str, Any]:
    query = f"dimension_values(default, {NAMESPACE}, {Metric.RUNS_COMPLETED.value}, {name})"
    return {
        "name": name,
        "type": "query",
        "datasource": _SOURCE,
        "query": query,
        "definition": query,
        "includeAll": True,
        "allValue": "*",
        "current": {"text": "All", "value": "$__all"},
        "refresh": 2,
    }


def _panel(number: int, title: str) -> dict[str, Any]:
    metrics = PANELS[title]
    width = WIDTH // ACROSS
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "description": "; ".join(f"{metric.value}: {MEANINGS[metric]}" for metric in metrics),
        "datasource": _SOURCE,
        "gridPos": {
            "x": number % ACROSS * width,
            "y": number // ACROSS * HEIGHT,
            "w": width,
            "h": HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": "s" if metrics[0].unit == "Seconds" else "short", "min": 0}},
        "targets": [_target(chr(ord("A") + position), metric) for position, metric in enumerate(metrics)],
    }


def _target(reference: str, metric: Metric) -> dict[str, Any]:
    """A query of the metric by its dimensions."""
    chosen = {"service": SERVICE, "cluster": "$cluster", "policy": "$policy", "place": "*", "function": "*"}
    return {
        "refId": reference,
        "datasource": _SOURCE,
        "queryMode": "Metrics",
        "metricQueryType": 0,
        "metricEditorMode": 0,
        "region": "default",
        "namespace": NAMESPACE,
        "metricName": metric.value,
        "dimensions": {name: chosen[name] for name in dimensions(metric)},
        "matchExact": True,
        "statistic": statistic(metric),
        "period": "900",
        "label": f"{metric.value} " + " ".join(f"${{PROP('Dim.{name}')}}" for name in dimensions(metric)[1:]),
    }


def _lines() -> Iterator[str]:
    yield from _INTRODUCTION
    for metric in Metric:
        names = ", ".join(dimensions(metric)[1:])
        yield (
            f"| `{metric.value}` | {metric.unit} | {statistic(metric)} | {names} | {MEANINGS[metric]} | "
            f"`{NAMESPACE.lower()}_{_snake(metric)}_{statistic(metric).lower()}` |"
        )


def _snake(metric: Metric) -> str:
    """The name of a metric as the exporter writes it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", metric.value).lower()


_SOURCE = {"type": "cloudwatch", "uid": "${DS_CLOUDWATCH}"}

_INTRODUCTION = f"""
# Metrics

Written by `make docs` from `domain/metrics.py`. Functions write metrics into their logs, and CloudWatch keeps
them in the namespace `{NAMESPACE}`: by the dimensions below, and by `service={SERVICE}` alone for the alarms
and the dashboard `snapkeep`. Prunes and sweeps have the policy `all`, dying nodes the policy
`interruption`; the cluster is `none` where none is configured. There is no dimension for claims, because
each value would cost as a metric of its own: [events](events.md) and the report name claims.

## Grafana

Import [`deploy/grafana.json`](../deploy/grafana.json) and choose a CloudWatch data source, whose role needs
`cloudwatch:ListMetrics` and `cloudwatch:GetMetricData`.

## Prometheus

Run the [CloudWatch exporter](https://github.com/prometheus/cloudwatch_exporter) with
[`deploy/cloudwatch-exporter.yaml`](../deploy/cloudwatch-exporter.yaml) and your Region. It needs the two
rights above and `cloudwatch:GetMetricStatistics`, and each scrape costs as CloudWatch API calls. A value is
that of the last 15 minutes with data, and stays for an hour. A rule:

```yaml
groups:
  - name: snapkeep
    rules:
      - alert: ClaimsLate
        expr: max by (cluster, policy) (snapkeep_claims_late_maximum) > 0
        for: 1h
        annotations:
          summary: "{{{{ $labels.policy }}}} owes recovery points in {{{{ $labels.cluster }}}}"
```

## Every metric

| metric | unit | look at | dimensions | counts | in Prometheus |
| --- | --- | --- | --- | --- | --- |""".splitlines()[1:]


if __name__ == "__main__":
    PAGE.write_text(page())
    GRAFANA.write_text(json.dumps(grafana(), indent=2) + "\n")
    EXPORTER.write_text(exporter())
