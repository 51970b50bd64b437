"""What docs/lab.md says of the lab's costs and settings is what the stack comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from infra.lab_options import SETTINGS
from tests.unit.infra.lab import launch_template, node_groups, objects
from tests.unit.infra.template import Template

PAGE = (Path(__file__).parents[3] / "docs" / "lab.md").read_text()
PRICE = re.compile(r"\| ([^|*]+) \| (\d+) \| ([\d.]+) an? (hour|month) \| ([\d.]+) \|")
PER_DAY = {"hour": Decimal(24), "month": 1 / Decimal(30)}
CENT = Decimal("0.01")
INCLUDED_IOPS, INCLUDED_MIB = 3000, 125


@dataclass(frozen=True)
class Row:
    """One line of the table of costs."""

    what: str
    many: int
    price: Decimal
    unit: str
    day: Decimal

    @property
    def computed(self) -> Decimal:
        return (self.many * self.price * PER_DAY[self.unit]).quantize(CENT, ROUND_HALF_UP)


ROWS = [
    Row(what, int(many), Decimal(price), unit, Decimal(day))
    for what, many, price, unit, day in PRICE.findall(PAGE)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_day_is_how_many_times_the_price(row: Row) -> None:
    assert row.day == row.computed


def test_the_sum_is_the_sum() -> None:
    assert f"| **together** | | | **{sum(row.day for row in ROWS)}** |" in PAGE


def test_nodes_are_those_of_the_stack(lab: Template) -> None:
    priced = {row.what.split()[0]: row.many for row in ROWS if "on demand" in row.what or "spot" in row.what}
    groups = node_groups(lab).values()
    started: dict[str, int] = {}
    for group in groups:
        name = "spot" if group["CapacityType"] == "SPOT" else group["InstanceTypes"][0]
        started[name] = started.get(name, 0) + group["ScalingConfig"]["DesiredSize"]

    assert priced == started
    assert many("public IPv4 address") == sum(started.values())


def test_volumes_are_those_of_nodes_and_claims(lab: Template) -> None:
    volumes = [
        device["Ebs"]
        for name, group in node_groups(lab).items()
        for device in launch_template(lab, name)["BlockDeviceMappings"]
        for _ in range(group["ScalingConfig"]["DesiredSize"])
    ]
    claims = [
        int(item["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))
        for item in objects(lab)
        if item["kind"] == "PersistentVolumeClaim" and item["spec"]["storageClassName"] == "gp3"
    ]

    assert many("gp3, GiB") == sum(each["VolumeSize"] for each in volumes) + sum(claims)
    assert many("gp3, IOPS") == sum(each.get("Iops", INCLUDED_IOPS) - INCLUDED_IOPS for each in volumes)
    assert many("gp3, MiB/s") == sum(each.get("Throughput", INCLUDED_MIB) - INCLUDED_MIB for each in volumes)


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained(setting: str) -> None:
    assert f"| `{setting}` |" in PAGE


def many(what: str) -> int:
    return next(row.many for row in ROWS if row.what.startswith(what))
