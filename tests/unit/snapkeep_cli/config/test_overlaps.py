"""What the config alone can tell about claims that several policies take."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep_cli.config.globs import covered, meet
from snapkeep_cli.config.overlaps import overlaps
from tests.unit.snapkeep_cli.config.conftest import Loader

FILE = """
    clusters: [{{name: one, region: eu-west-1}}, {{name: two, region: eu-west-1}}]
    defaults: {{schedule: {{expression: "@daily"}}, retention: {{last: 3}}}}
    policies:
      - {{name: a, selection: {a}}}
      - {{name: b, selection: {b}}}
"""


@pytest.mark.parametrize(
    ("a", "b", "where"),
    [
        ('{namespaces: ["*"]}', "{namespaces: [shop]}", ("shop",)),
        ('{namespaces: ["team-*"]}', '{namespaces: ["*-prod"]}', ("team-* and *-prod",)),
        ("{match_labels: {app: web}}", "{match_labels: {tier: web}}", ("*",)),
        ("{min_size: 1Gi}", "{max_size: 1Gi}", ("*",)),
        ("{match_expressions: [{key: app, operator: Exists}]}", "{match_labels: {app: web}}", ("*",)),
        ("{match_expressions: [{key: app, operator: NotIn, values: [db]}]}", "{min_size: 1Gi}", ("*",)),
    ],
)
def test_policies_that_can_meet_in_a_claim_are_named(
    loaded: Loader, a: str, b: str, where: tuple[str, ...]
) -> None:
    (found,) = overlaps(loaded(FILE.format(a=a, b=b)))
    assert (found.first, found.second, found.clusters, found.namespaces) == ("a", "b", ("one", "two"), where)
    assert "policies a and b both take" in str(found) and "exclusive: true" in str(found)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("{namespaces: [shop]}", "{namespaces: [bank]}"),
        ('{namespaces: ["team-a*"]}', '{namespaces: ["team-b*"]}'),
        ('{namespaces: ["*"], exclude_namespaces: [shop]}', "{namespaces: [shop]}"),
        ('{namespaces: ["*"], exclude_namespaces: ["shop-*"]}', '{namespaces: ["shop-?"]}'),
        ("{match_labels: {app: web}}", "{match_labels: {app: db}}"),
        ("{match_labels: {app: web}}", "{match_expressions: [{key: app, operator: NotIn, values: [web]}]}"),
        ("{match_labels: {app: web}}", "{match_expressions: [{key: app, operator: DoesNotExist}]}"),
        ("{storage_classes: [gp3]}", "{storage_classes: [io2]}"),
        ("{max_size: 1Gi}", "{min_size: 2Gi}"),
        ('{namespaces: ["*"]}', "{opt_in_only: true}"),
        ('{namespaces: ["*"]}', "{namespaces: [shop]}, exclusive: true"),
        ('{namespaces: ["*"]}', "{namespaces: [shop]}, schedule: {enabled: false}"),
        ('{namespaces: ["*"]}, clusters: [one]', '{namespaces: ["*"]}, clusters: [two]'),
    ],
)
def test_policies_that_never_meet_are_not(loaded: Loader, a: str, b: str) -> None:
    assert list(overlaps(loaded(FILE.format(a=a, b=b)))) == []


patterns = st.text("ab*?", min_size=1, max_size=5)
names = st.text("ab", min_size=1, max_size=5)


@given(patterns, patterns, names)
def test_patterns_are_compared_as_their_names_are(one: str, other: str, name: str) -> None:
    fits, fits_other = fnmatchcase(name, one), fnmatchcase(name, other)
    assert meet(one, other) or not (fits and fits_other)
    assert fits_other or not (fits and covered(one, [other]))
