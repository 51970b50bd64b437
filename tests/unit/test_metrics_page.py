"""docs/metrics.md, the Grafana dashboard and the exporter's configuration hold every metric, and no other."""

from __future__ import annotations

import json
from itertools import chain

import yaml

from docs import metrics
from snapkeep.domain.metrics import NAMESPACE, SERVICE, Metric
from tests.lists import check_list

EVERY = {metric.value for metric in Metric}


def test_each_metric_has_a_meaning_and_a_panel() -> None:
    check_list("docs/metrics.py, MEANINGS", metrics.MEANINGS, Metric)
    check_list("docs/metrics.py, PANELS", chain(*metrics.PANELS.values()), Metric)


def test_the_page_and_what_is_deployed_are_up_to_date() -> None:
    assert metrics.PAGE.read_text() == metrics.page(), "run: make docs"
    assert json.loads(metrics.GRAFANA.read_text()) == metrics.grafana(), "run: make docs"
    assert metrics.EXPORTER.read_text() == metrics.exporter(), "run: make docs"


def test_the_dashboard_shows_every_metric_by_dimensions_that_the_code_writes() -> None:
    panels = json.loads(metrics.GRAFANA.read_text())["panels"]
    targets = [target for panel in panels for target in panel["targets"]]

    assert sorted(target["metricName"] for target in targets) == sorted(EVERY)
    assert {target["namespace"] for target in targets} == {NAMESPACE}
    assert {target["dimensions"]["service"] for target in targets} == {SERVICE}
    assert {tuple(target["dimensions"]) for target in targets} == {
        ("service", "cluster", "policy"),
        ("service", "cluster", "policy", "place"),
        ("service", "cluster", "place"),
        ("service", "cluster"),
        ("service", "function"),
    }


def test_a_panel_mixes_no_units_and_overlaps_no_other() -> None:
    for title, shown in metrics.PANELS.items():
        assert len({metric.unit for metric in shown}) == 1, title
    places = [tuple(panel["gridPos"].values()) for panel in metrics.grafana()["panels"]]
    assert len(places) == len(set(places))
    assert all(x + width <= metrics.WIDTH for x, _, width, _ in places)


def test_the_exporter_asks_for_every_metric_once() -> None:
    asked = yaml.safe_load(metrics.EXPORTER.read_text())["metrics"]

    assert sorted(each["aws_metric_name"] for each in asked) == sorted(EVERY)
