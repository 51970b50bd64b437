"""The demo as a process: what it leaves behind, and what it does not."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.kubectl import program
from snapkeep.domain.backup.object_names import point_of_object

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SECONDS = 600
"""After this a demo is stuck; alone on two cores it takes 90 s, and tests share theirs with others."""


class Demo:
    """Runs `python -m sandbox.demo` with all its files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "TMPDIR": str(folder)}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "sandbox.demo", "--folder", str(self.folder), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = self.command(*arguments)
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=SECONDS
        )

    def processes(self) -> list[str]:
        """The command lines of everything that works below the folder."""
        listed = subprocess.run(["ps", "-axwwo", "args="], capture_output=True, text=True, check=True)
        return [line for line in listed.stdout.splitlines() if str(self.folder) in line]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    demo.run("--stop")


def assert_retention_was_shown(retention: dict[str, Any], shown: str) -> None:
    """Ninety days are pruned to what the policy's words say, and a plan was refused with its token."""
    assert retention["simulated"] == 360
    assert len(retention["kept"]) + len(retention["deleted"]) == 361
    assert retention["words"].startswith("keep 28 six-hourly points, then 7 dailies")
    assert retention["words"] in shown
    assert all(point["reasons"] and point["snapshot_id"] in shown for point in retention["kept"])
    assert all("no rule keeps it" in point["reason"] for point in retention["deleted"])
    refused = retention["refused"]
    assert refused["would_delete"] == len(retention["kept"]) - 1
    assert refused["confirm"] in shown


def assert_a_node_was_saved(interruption: dict[str, Any], shown: str) -> None:
    """The node that ran MySQL is gone, its pods run elsewhere, and its volumes were snapshotted before."""
    assert interruption["state"] == "terminated"
    assert interruption["healthy"] and interruption["moved_to"] != interruption["node"]
    saved = {each["tags"]["snapkeep:claim"] for each in interruption["snapshots"]}
    assert saved >= {"mysql-pv-claim", "wp-pv-claim"}, "other pods of the lab may share their node"
    assert all(0 < each["left"] <= 120 for each in interruption["timeline"] if "snapshot" in each["text"])
    assert f"The incident of {interruption['instance']}" in shown


def assert_files_were_read(files: dict[str, Any], shown: str) -> None:
    """Each point was looked into, and a file and a dropped table came out of points without a volume."""
    found = {each["claim"]: (each["verdict"], each["contents"]) for each in files["checks"]}
    assert found["default/ebs-claim"] == found["wordpress/mysql-pv-claim"] == ("checked", "xfs")
    assert found["default/legacy-claim"] == ("checked", "ext4")
    assert [each["path"] for each in files["fetched"]] == ["/out.txt", "/wordpress/wp_posts.ibd"]
    assert [each["size"] is None for each in files["versions"]] == [True, False]
    assert files["written"] in shown


def assert_wordpress_came_back(lost: dict[str, Any], shown: str) -> None:
    """Both claims are in Osaka, from copies of one moment, and the volumes hold what was written at home."""
    assert [each["claim"] for each in lost["returned"]] == [
        "wordpress/mysql-pv-claim",
        "wordpress/wp-pv-claim",
    ]
    assert {each["copy_id"] for each in lost["returned"]} <= {each["id"] for each in lost["copies"]}
    assert len({each["taken"] for each in lost["returned"]}) == 1
    assert all(f"{each['holds']} in {each['claim']}" in shown for each in lost["returned"])
    assert lost["borrowed"]["claim"] == "from-vault/mysql-pv-claim"
    assert lost["borrowed"]["holds"] == lost["returned"][0]["holds"]
    assert "ap-northeast-2 answers again" in shown


def assert_it_can_be_broken_and_mended(demo: Demo) -> None:
    """What docs/demo.md tells a newcomer to type does what its comments say."""
    (block,) = re.findall(r"```sh kept\n(.*?)```", (ROOT / "docs" / "demo.md").read_text(), re.DOTALL)
    source, *lines = (line.partition(" #")[0].strip() for line in block.splitlines())
    assert source == "source .build/demo/env"
    said = [
        subprocess.run(
            ["bash", "-c", f"source {demo.folder}/env && {line}"],
            cwd=demo.folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        for line in lines
    ]
    assert [each.returncode for each in said] == [0, 0, 0, 0, 3, 0], [each.stderr for each in said]
    safe, _, lost, described, refused, back = (each.stdout + each.stderr for each in said)
    assert "everything that can be protected is protected" in safe
    assert "1 deleted claim still has recovery points" in lost
    assert "snapkeep restore ebs-claim-" in described
    assert "error[too_small]" in refused and "10Gi" in refused
    assert "ready to use" in back or "bound" in back


def test_a_kept_demo_serves_kubectl_until_it_is_stopped(demo: Demo) -> None:
    kept = demo.run("--keep")
    assert kept.returncode == 0, kept.stdout + kept.stderr

    report = json.loads((demo.folder / "report.json").read_text())
    assert all(step["ok"] for step in report["steps"])
    assert_files_were_read(report["files"], kept.stdout)
    assert_retention_was_shown(report["retention"], kept.stdout)
    assert_a_node_was_saved(report["interruption"], kept.stdout)
    assert_wordpress_came_back(report["lost_region"], kept.stdout)
    assert "wordpress is restored whole: 2 claims and 6 objects, and its pods run" in kept.stdout
    assert report["shared"]["claim"] == "default/efs-claim"
    assert f"both read what was there before, from {report['shared']['directory']}" in kept.stdout
    assert [restore["claim"] for restore in report["restores"]] == [
        "default/ebs-claim-restored",
        "wordpress/mysql-pv-claim",
        "wordpress/wp-pv-claim",
    ]
    assert "asks for 4Gi" in kept.stdout and "--size 10Gi" in kept.stdout
    assert demo.run("--keep").returncode == 2

    told = subprocess.run(
        ["bash", "-c", f"source {demo.folder}/env && snapkeep status -o json"],
        cwd=demo.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    claims = json.loads(told.stdout)["claims"]
    assert claims["protected"] and not claims["failing"] + claims["late"] + claims["unprotected"]
    assert (demo.folder / "snapkeep-myeks.html").exists()

    kubeconfig = json.loads((demo.folder / "kept.json").read_text())["kubeconfig"]
    answer = subprocess.run(
        [program(), "--kubeconfig", kubeconfig, "get", "volumesnapshots", "-A", "-o", "name"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    taken = [
        point["id"] for claim in report["claims"] for point in claim["points"] if point["method"] == "csi"
    ]
    assert_it_can_be_broken_and_mended(demo)
    names = [line.removeprefix("volumesnapshot.snapshot.storage.k8s.io/") for line in answer.stdout.split()]
    assert taken and set(taken) <= {point_of_object(name) for name in names}

    assert "has stopped" in demo.run("--stop").stdout
    assert demo.processes() == []
    assert "No demo is running" in demo.run("--stop").stdout


def test_ctrl_c_leaves_no_process_behind(demo: Demo) -> None:
    running = subprocess.Popen(
        demo.command(),
        cwd=ROOT,
        env=demo.environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    for line in running.stdout:
        if "Start AWS" in line:
            break
    assert len(demo.processes()) > 1

    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=60)

    assert running.returncode == 130, rest
    assert "Interrupted" in rest
    assert demo.processes() == []


def test_a_config_the_sandbox_cannot_play_is_told_with_what_to_do(demo: Demo, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text((ROOT / "snapkeep.yaml").read_text().replace("ap-northeast-2", "eu-west-1"))
    started = time.monotonic()

    refused = demo.run("--config", str(elsewhere))

    assert refused.returncode == 1
    assert "eu-west-1" in refused.stdout
    assert "Set region: ap-northeast-2" in refused.stdout
    assert time.monotonic() - started < 60
    assert demo.processes() == []
