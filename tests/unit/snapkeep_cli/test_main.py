"""The command line as somebody at a terminal meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from snapkeep_cli.config.stack_size import StackSize
from snapkeep_cli.main import app

EXAMPLE = Path(__file__).parents[3] / "snapkeep.yaml"


@pytest.fixture
def run() -> CliRunner:
    return CliRunner()


def test_manifests_are_yaml_for_kubectl_and_nothing_else(run: CliRunner) -> None:
    result = run.invoke(app, ["manifests", "--cluster", "myeks", "--config", str(EXAMPLE)])

    assert result.exit_code == 0
    assert result.stderr == ""
    assert {item["kind"] for item in yaml.safe_load_all(result.stdout)} >= {
        "VolumeSnapshotClass",
        "ClusterRole",
    }


def test_manifests_are_written_as_a_kustomize_base_that_says_how_to_apply_it(
    run: CliRunner, tmp_path: Path
) -> None:
    base = tmp_path / "deploy here" / "snapkeep"
    command = ["manifests", "--cluster", "myeks", "--config", str(EXAMPLE), "--kustomize", str(base)]

    result = run.invoke(app, command)

    assert (result.exit_code, result.stdout) == (0, "")
    assert f"kubectl apply -k '{base}'" in result.stderr
    listed = yaml.safe_load((base / "kustomization.yaml").read_text())["resources"]
    assert sorted(path.name for path in base.iterdir()) == sorted(["kustomization.yaml", *listed])


def test_letters_that_a_locale_has_not_are_shown_by_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "한.yaml"
    file.write_text(EXAMPLE.read_text())
    result = CliRunner(charset="ascii").invoke(app, ["validate", str(file)])
    assert result.exit_code == 0
    assert "\\ud55c.yaml is valid" in result.stdout


def test_a_kustomize_base_where_a_file_is_in_the_way_is_refused_in_words(
    run: CliRunner, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    command = ["manifests", "--cluster", "myeks", "--config", str(EXAMPLE)]

    result = run.invoke(app, [*command, "--kustomize", str(tmp_path / "taken")])

    assert result.exit_code == 1
    assert f"error[cannot_write]: {tmp_path / 'taken'} cannot be written" in result.stderr


def test_namespaces_are_chosen_for_objects_only_where_objects_are_saved(
    run: CliRunner, tmp_path: Path
) -> None:
    chosen = ["--objects-in", "shop", "--objects-in", "blog", "--objects-in", "shop"]
    made = run.invoke(app, ["manifests", "--config", str(EXAMPLE), *chosen])
    bindings = [each for each in yaml.safe_load_all(made.stdout) if each["kind"] == "RoleBinding"]
    assert [each["metadata"]["namespace"] for each in bindings] == ["blog", "shop"]

    bare = tmp_path / "snapkeep.yaml"
    bare.write_text(re.sub(r"\n +objects: \w+", "", EXAMPLE.read_text()))
    refused = run.invoke(app, ["manifests", "--config", str(bare), *chosen])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "no policy of" in refused.stderr and "saves objects" in refused.stderr


def test_an_unknown_cluster_is_refused_with_those_that_exist(run: CliRunner) -> None:
    result = run.invoke(app, ["manifests", "--cluster", "myesk", "--config", str(EXAMPLE)])

    assert result.exit_code == 4
    assert result.stdout == ""
    assert "has no cluster 'myesk' (did you mean 'myeks'?)" in result.stderr


def test_validate_says_what_the_example_means(run: CliRunner) -> None:
    result = run.invoke(app, ["validate", str(EXAMPLE)])

    assert result.exit_code == 0
    assert "is valid" in result.stdout
    assert "myeks (ap-northeast-2)" in result.stdout
    assert (
        f"stack: {StackSize(1, 4, checks=True, files=True, objects=True, file_systems=True)}" in result.stdout
    )


def test_validate_names_policies_that_take_the_same_claims(run: CliRunner, tmp_path: Path) -> None:
    config = yaml.safe_load(EXAMPLE.read_text())
    config["policies"][1]["selection"] = {"namespaces": ["*"]}
    (tmp_path / "snapkeep.yaml").write_text(yaml.safe_dump(config))

    result = run.invoke(app, ["validate", str(tmp_path / "snapkeep.yaml")])

    assert result.exit_code == 0
    assert (
        "policies nightly and wordpress both take a claim that fits them, in namespace default"
        in result.stdout
    )


def test_validate_says_that_a_schedule_never_runs_again(run: CliRunner, tmp_path: Path) -> None:
    config = tmp_path / "snapkeep.yaml"
    config.write_text(EXAMPLE.read_text().replace("0 2 * * *", "cron(0 2 * * ? 2023)", 1))

    found = run.invoke(app, ["validate", str(config)])

    assert "  never runs: its last year is 2023; change its schedule" in found.stdout
    assert found.stdout.count("never runs") == 1


def test_a_full_disk_behind_the_output_is_told_in_words() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "snapkeep_cli.main", "manifests", "--cluster", "myeks"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "error[cannot_write]: the output cannot be written: No space left on device",
        "  fix: make room, then try again",
    ]


def test_a_broken_config_is_told_on_standard_error_with_exit_code_2(run: CliRunner, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(EXAMPLE.read_text() + "\npolicys: {}\n")

    result = run.invoke(app, ["validate", str(broken)])

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "error[invalid_config]:" in result.stderr and "broken.yaml" in result.stderr
    assert "policys" in result.stderr


def test_a_missing_config_is_told_by_name(run: CliRunner, tmp_path: Path) -> None:
    result = run.invoke(app, ["validate", str(tmp_path / "absent.yaml")])

    assert result.exit_code == 2
    assert f"error[no_config]: there is no absent.yaml in {tmp_path}" in result.stderr


def test_schema_is_json_schema_of_the_config(run: CliRunner) -> None:
    result = run.invoke(app, ["schema"])

    schema = json.loads(result.stdout)
    assert "policies" in schema["properties"]
    assert "clusters" in schema["properties"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion(run: CliRunner, shell: str) -> None:
    result = run.invoke(app, [], prog_name="snapkeep", env={"_SNAPKEEP_COMPLETE": f"source_{shell}"})
    assert result.exit_code == 0
    assert "_SNAPKEEP_COMPLETE" in result.stdout


def test_words_are_completed(run: CliRunner) -> None:
    typed = {"_SNAPKEEP_COMPLETE": "complete_bash", "COMP_WORDS": "snapkeep describe ", "COMP_CWORD": "2"}
    result = run.invoke(app, [], prog_name="snapkeep", env=typed)
    assert result.stdout.split() == ["point", "claim", "restore"]


def test_no_color_is_respected_where_colors_are_forced(run: CliRunner) -> None:
    words = ["cost", "--volumes", "1"]
    forced = run.invoke(app, words, env={"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": ""})
    plain = run.invoke(app, words, env={"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": "1"})
    assert "\x1b[1" in forced.stdout
    assert "\x1b[3" not in plain.stdout
