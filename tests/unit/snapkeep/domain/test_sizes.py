"""Sizes: Kubernetes quantities, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.sizes import LARGEST, format_quantity, gib, parse_quantity


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10Gi", 10 * 2**30),
        ("10G", 10 * 10**9),
        ("0.5Gi", 2**29),
        (".5Gi", 2**29),
        ("5.Gi", 5 * 2**30),
        ("1e9", 10**9),
        ("1E9", 10**9),
        ("1E", 10**18),
        ("12e-1", 2),
        ("128974848", 128974848),
        ("129e6", 129 * 10**6),
        ("128974848000m", 128974848),
        ("1m", 1),
        ("1n", 1),
        ("100k", 100_000),
        ("50Mi", 50 * 2**20),
        ("1Ki", 1024),
        ("2Ti", 2 * 2**40),
        ("1Pi", 2**50),
        ("7Ei", 7 * 2**60),
        ("0", 0),
        ("-0", 0),
        ("+4Gi", 4 * 2**30),
        ("0.1Ki", 103),
        (str(LARGEST), LARGEST),
    ],
)
def test_quantities_are_read_as_kubernetes_reads_them(text: str, size: int) -> None:
    assert parse_quantity(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Gi",
        "10 Gi",
        "10GB",
        "10gi",
        "10K",
        "1ki",
        "ten",
        "1.2.3",
        "1e",
        "1e2Gi",
        "0x10",
        "1_000",
        "٣Gi",
        "10Gi\n",
        ".",
        "-",
        "nan",
        "inf",
        "1e999999999",
        "1" * 500,
    ],
)
def test_what_is_no_quantity_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write a number and a unit, such as 10Gi"):
        parse_quantity(text)


def test_negative_and_endless_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="'-1Gi' is negative"):
        parse_quantity("-1Gi")
    for text in ("8Ei", "1e99", str(LARGEST + 1)):
        with pytest.raises(ValueError, match="more than Kubernetes can hold"):
            parse_quantity(text)


def test_decimal_gigabytes_are_less_than_binary_ones() -> None:
    assert parse_quantity("10G") < parse_quantity("10Gi")


def test_volumes_are_counted_in_whole_gib() -> None:
    assert [gib(parse_quantity(text)) for text in ("0", "1", "50Mi", "1Gi", "1025Mi", "10G")] == [
        0,
        1,
        1,
        1,
        2,
        10,
    ]


@pytest.mark.parametrize("text", ["10Gi", "10G", "1500Mi", "1", "0", "1001", "7Ei", "3k"])
def test_sizes_are_written_as_people_write_them(text: str) -> None:
    assert format_quantity(parse_quantity(text)) == text


@given(st.integers(0, LARGEST))
def test_a_written_size_reads_back_exactly(size: int) -> None:
    assert parse_quantity(format_quantity(size)) == size


@given(st.integers(0, 2**40), st.sampled_from(["", "k", "M", "Ki", "Mi"]))
def test_whole_gib_hold_the_size_and_one_less_does_not(number: int, unit: str) -> None:
    size = min(parse_quantity(f"{number}{unit}"), LARGEST)
    assert gib(size) * 2**30 >= size > (gib(size) - 1) * 2**30
