"""Runs the commands of pods that look into EFS file systems and end: as processes, on copies of files.

What such a pod writes is gone when it ends. Its termination message is kept as a kubelet keeps it.
https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sandbox.driver.snapshot_words import Object

SECONDS = 20
LONGEST_MESSAGE = 4096
MESSAGE_PATH = "/dev/termination-log"
BUSYBOX = re.compile(r"(.*/)?busybox([:@].*)?")
"""The images whose commands a laptop has, too."""

Trees = Mapping[str, Mapping[str, str]]
"""The files below each mount path."""


def is_short(pod: Object) -> bool:
    """Whether the pod's only container runs a command of busybox, and ends."""
    spec = pod["spec"]
    containers = spec.get("containers") or []
    if spec.get("restartPolicy") not in ("Never", "OnFailure") or len(containers) != 1:
        return False
    return bool(BUSYBOX.fullmatch(containers[0].get("image", "")) and containers[0].get("command"))


def run(pod: Object, trees: Trees) -> tuple[int, str]:
    """The exit code of the pod's command, and its termination message."""
    (container,) = pod["spec"]["containers"]
    with tempfile.TemporaryDirectory(prefix="sandbox-pod-") as folder:
        here = Path(folder)
        message = here / "termination-log"
        message.touch()
        moved = {container.get("terminationMessagePath", MESSAGE_PATH): str(message)}
        for number, (mount, files) in enumerate(trees.items()):
            moved[mount.rstrip("/")] = str(_written(here / f"mount-{number}", files))
        environment = _environment(container.get("env") or [])
        command = [*container["command"], *container.get("args", [])]
        ended = subprocess.run(
            [_moved(_expanded(word, environment), moved) for word in command],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"}
            | {name: _moved(value, moved) for name, value in environment.items()},
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        said = message.read_text(errors="replace")
        if not said and ended.returncode and container.get("terminationMessagePolicy"):
            said = ended.stdout + ended.stderr
        return ended.returncode, said[-LONGEST_MESSAGE:]


def _written(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir()
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def _environment(entries: Iterable[Object]) -> dict[str, str]:
    """Each variable may use those before it as `$(NAME)`.

    https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    known: dict[str, str] = {}
    for entry in entries:
        known[entry["name"]] = _expanded(entry.get("value", ""), known)
    return known


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """`$(NAME)` replaced where it is known, and `$$` by `$`."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else known.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)", value, text)


def _moved(text: str, places: Mapping[str, str]) -> str:
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, places[place])
    return text
