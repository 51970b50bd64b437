"""Whatever happens to the launcher, nothing it started stays behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sandbox.aws.private import PatchRefused, require
from sandbox.child import Child, SandboxError
from sandbox.launch import Sandbox

from .conftest import eventually

ROOT = Path(__file__).resolve().parents[3]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def pids_under(folder: Path) -> list[int]:
    """The processes whose command line names the folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in each.read_bytes():
                found.append(int(each.parent.name))
        except OSError:
            continue
    return [pid for pid in found if is_running(pid)]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_launcher(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "sandbox", "--cluster", "", "--work", str(tmp_path)]
    launcher = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    eventually(lambda: "Ctrl-C" in launcher.stdout.readline(), 30)
    children = [pid for pid in pids_under(tmp_path) if pid != launcher.pid]

    launcher.send_signal(number)
    launcher.communicate(timeout=20)

    assert len(children) == 1
    eventually(lambda: not any(is_running(pid) for pid in children))
    if number != signal.SIGKILL:
        assert launcher.returncode == 0


def test_a_child_that_does_not_start_says_why(tmp_path: Path) -> None:
    child = Child("broken", ["sandbox.aws", "--port", "none"], tmp_path / "log", tmp_path / "ready")
    child.start({**os.environ, "PYTHONPATH": str(ROOT)})

    with pytest.raises(
        SandboxError, match=r"(?s)broken ended before it was ready.*invalid int value: 'none'"
    ):
        child.wait_ready(20)
    child.stop()


def test_a_child_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    child = Child("slow", ["http.server", "--bind", "127.0.0.1", "0"], tmp_path / "log", tmp_path / "ready")
    child.start(os.environ)

    with pytest.raises(SandboxError, match="slow was not ready after 0 s"):
        child.wait_ready(0.2)
    child.stop()


def test_another_module_may_run_the_cluster(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, cluster_module="nobody.runs_this")

    with pytest.raises(SandboxError, match=r"(?s)cluster ended before it was ready.*nobody"):
        sandbox.start()


def test_stopping_twice_is_harmless(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, cluster="")
    sandbox.stop()
    sandbox.stop()
    assert tmp_path.exists()


def test_a_patch_that_does_not_fit_names_what_is_missing_and_the_version() -> None:
    changed = ModuleType("ministack.services.ec2")

    with pytest.raises(
        PatchRefused, match=r"ministack.services.ec2 has no _ACTION_MAP, _snapshots; .*1\.5\.33"
    ):
        require(changed, "_ACTION_MAP", "_snapshots")
