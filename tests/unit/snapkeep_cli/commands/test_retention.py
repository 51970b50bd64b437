"""`snapkeep retention explain` as somebody at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from snapkeep_cli.main import app

NOW = "2026-11-23T06:00:00Z"
POINTS = [
    {"id": "a", "time": "2026-11-23T00:00:00Z", "state": "ready"},
    {"id": "b", "time": "2026-11-22T09:00:00+09:00", "state": "ready"},
    {"id": "c", "time": "2026-11-21T00:00:00Z", "state": "failed"},
    {"id": "d", "time": "2026-11-20T00:00:00Z", "state": "late", "size": 3},
    {"id": "e", "time": "2026-11-19T00:00:00Z", "state": "ready"},
    {"id": "f", "time": "2026-12-24T00:00:00Z", "state": "ready"},
]


def explain(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["retention", "explain", *arguments], input=stdin)


@pytest.fixture
def points(tmp_path: Path) -> str:
    path = tmp_path / "points.json"
    path.write_text(json.dumps(POINTS))
    return str(path)


def test_json_has_ids_with_reasons_and_nothing_else(points: str) -> None:
    result = explain("--retention", '{"last": 2}', "--points", points, "--now", NOW, "-o", "json")

    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "keep": [
            {"id": "f", "reasons": ["dated in the future: neither counted nor deleted"]},
            {"id": "a", "reasons": ["last 1/2"]},
            {"id": "b", "reasons": ["last 2/2"]},
            {"id": "d", "reasons": ["late: pending for too long; only ready points count"]},
        ],
        "delete": [
            {"id": "c", "reason": "failed, and a newer ready point exists"},
            {"id": "e", "reason": "no rule keeps it: last 2 filled by newer points"},
        ],
    }


def test_points_that_only_monthly_rules_keep_say_whether_they_are_archived() -> None:
    simulated = ("--every", "1d", "--for", "200d", "--now", NOW, "-o", "json")
    result = explain("--retention", "{last: 2, monthly: 12}", "--archive-after", "{monthly: 60d}", *simulated)
    keep = json.loads(result.stdout)["keep"]
    assert [each["reasons"][-1] for each in keep] == [
        "monthly 1/12",
        "last 2/2",
        "archived from 2026-12-30 06:00 UTC on",
        "archived from 2026-11-29 06:00 UTC on",
        "archived if that is cheaper",
        "archived if that is cheaper",
        "archived if that is cheaper",
        "archived if that is cheaper",
        "oldest monthly",
    ]
    plain = explain("--retention", "{last: 2, monthly: 12}", *simulated)
    assert "archived" not in plain.stdout


@pytest.mark.parametrize(
    ("ages", "says"),
    [
        ("{weekly: 30d}", "--archive-after: weekly: no points of this rule are archived"),
        ("30d", "--archive-after must be a mapping, such as {monthly: 30d, yearly: 30d}"),
        ("{monthly", "--archive-after is neither JSON nor YAML"),
    ],
)
def test_ages_that_cannot_be_read_are_refused(points: str, ages: str, says: str) -> None:
    result = explain("--retention", "{monthly: 2}", "--archive-after", ages, "--points", points)
    assert result.exit_code != 0 and says in result.stderr


def test_the_table_says_the_policy_in_words_then_what_stays_and_what_goes(points: str) -> None:
    result = explain("--retention", "last: 2", "--points", points, "--now", NOW, "--timezone", "Asia/Seoul")

    lines = result.stdout.splitlines()
    assert lines[0] == "Policy: keep the newest 2 points"
    assert lines[2] == "keep 4 points:"
    assert lines[3].split("  ")[0] == "ID"
    assert "TIME (Asia/Seoul)" in lines[3]
    assert "a   Mon 2026-11-23 09:00:00  ready  last 1/2" in lines
    assert "delete 2 points:" in lines
    assert "c   Sat 2026-11-21 09:00:00  failed  failed, and a newer ready point exists" in lines


def test_ninety_days_of_six_hourly_points_are_simulated() -> None:
    result = explain("--retention", "{last: 28, daily: 14}", "--every", "6h", "--for", "90d", "--now", NOW)

    assert result.stdout.startswith("Policy: keep 28 six-hourly points, then 7 dailies\n")
    # 28 points reach back to noon of the 16th, so eight of the fourteen days are theirs already.
    assert "keep 34 points:" in result.stdout
    assert "delete 326 points:" in result.stdout


def test_rules_and_points_may_come_from_a_file_and_from_a_pipe(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("retention:\n  daily: 1\n")

    result = explain(
        "--retention", f"@{rules}", "--points", "-", "--now", NOW, "-o", "json", stdin=json.dumps(POINTS[:2])
    )

    assert [item["id"] for item in json.loads(result.stdout)["keep"]] == ["a"]


def test_the_zone_cuts_the_days(tmp_path: Path) -> None:
    path = tmp_path / "points.json"
    times = ["2026-11-22T16:00:00Z", "2026-11-22T14:00:00Z", "2026-11-22T13:00:00Z"]
    path.write_text(json.dumps([{"id": time[11:13], "time": time, "state": "ready"} for time in times]))

    kept = {
        zone: [
            item["id"]
            for item in json.loads(
                explain(
                    *("--retention", "daily: 2", "--points", str(path)),
                    *("--timezone", zone, "--now", NOW, "-o", "json"),
                ).stdout
            )["keep"]
        ]
        for zone in ("UTC", "Asia/Seoul")
    }

    assert kept == {"UTC": ["16", "13"], "Asia/Seoul": ["16", "14"]}


def test_ids_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "points.json"
    path.write_text(json.dumps([{"id": "\x1b[2Ja\nb", "time": NOW, "state": "ready"}]))

    assert (
        "\N{REPLACEMENT CHARACTER}[2Ja\N{REPLACEMENT CHARACTER}b"
        in explain("--retention", "last: 1", "--points", str(path), "--now", NOW).stdout
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--retention", "{}"], "--retention: no rule keeps anything"),
        (["--retention", "last: 0"], "--retention: last: '0' is not allowed"),
        (["--retention", "last: -3"], "--retention: last: '-3' is not allowed"),
        (["--retention", "within: 3w"], "--retention: within: '3w' is not a duration"),
        (["--retention", "dailies: 3"], "--retention: dailies: no such retention rule"),
        (["--retention", "[1]"], "--retention must be a mapping of rules"),
        (["--retention", "{a: ["], "--retention is neither JSON nor YAML"),
        (["--retention", "@/no/such/file"], "/no/such/file cannot be read: No such file"),
        (["--retention", "last: 1", "--timezone", "Mars/Olympus"], "'Mars/Olympus' is not an IANA time zone"),
        (
            ["--retention", "last: 1", "--timezone", "../etc/passwd"],
            "'../etc/passwd' is not an IANA time zone",
        ),
        (["--retention", "last: 1", "--now", "yesterday"], "--now: 'yesterday' is not an ISO 8601 time"),
        (
            ["--retention", "last: 1", "--every", "1m", "--for", "9d"],
            "--every: '1m': months and years differ",
        ),
        (["--retention", "last: 1"], "give either --points FILE, or --every and --for"),
        (["--retention", "last: 1", "--every", "6h"], "give either --points FILE, or --every and --for"),
        (["--retention", "last: 1", "--every", "6 h", "--for", "9d"], "--every: '6 h' is not a duration"),
        (
            ["--retention", "last: 1", "--every", "6h", "--for", "0d"],
            "--for: '0d' is zero and would",
        ),
        (["--retention", "last: 1", "--every", "1h", "--for", "999999d"], "at most 1,000,000 are allowed"),
        (["--retention", "last: 1", "--points", "/no/such/file"], "/no/such/file cannot be read"),
    ],
)
def test_bad_input_is_refused_in_words(arguments: list[str], words: str) -> None:
    if not {"--points", "--every"} & set(arguments) and not words.startswith("give either"):
        arguments = [*arguments, "--every", "6h", "--for", "9d"]

    result = explain(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("{}", "must be a JSON list"),
        ("[3]", "point 1 must be an object"),
        ('[{"id": "a"}]', "point 1 lacks time, state"),
        ('[{"id": 7, "time": "2026-11-23T06:00:00Z", "state": "ready"}]', "point 1: id must be text"),
        (
            '[{"id": "a", "time": "23.11.2026", "state": "ready"}]',
            "point 1: time: '23.11.2026' is not an ISO",
        ),
        ('[{"id": "a", "time": 17, "state": "ready"}]', "point 1: time: '17' is not an ISO"),
        ('[{"id": "a", "time": "2026-11-23T06:00:00Z", "state": "done"}]', "state 'done' is not known; use "),
        ('[{"id": "a", "time": "2026-11-23T06:00:00Z", "state": []}]', "state '[]' is not known"),
        (
            '[{"id": "a", "time": "2026-11-23T06:00:00Z", "state": "ready"},'
            ' {"id": "a", "time": "2026-11-22T06:00:00Z", "state": "ready"}]',
            "the id 'a' appears twice",
        ),
    ],
)
def test_bad_points_are_refused_in_words(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "points.json"
    path.write_text(content)

    result = explain("--retention", "last: 1", "--points", str(path))

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
