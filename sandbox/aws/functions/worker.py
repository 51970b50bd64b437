"""One execution environment for a function: a process that stays warm between invocations."""

import json
import os
import queue
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc

from sandbox.aws.functions.bootstrap import END_OF_LOG
from sandbox.aws.functions.environment import function_environment, runtime_refusal
from sandbox.aws.functions.packages import Package, unpack
from sandbox.aws.world import World

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_SECONDS = 60.0
"""AWS gives a cold start 10 s; a busy laptop is slower."""
LOG_SECONDS = 2.0


class IsolatedWorker:
    """Replaces ministack's Worker; the attributes its pool touches keep their names."""

    def __init__(self, world: World, name: str, config: dict[str, Any], code_zip: bytes) -> None:
        self.func_name = name
        self.config = config
        self.in_use = False
        self.last_used = time.time()
        self._world = world
        self._code = code_zip
        self._proc: subprocess.Popen[bytes] | None = None
        self._answers = -1
        self._init_ms = self._init_cpu_ms = 0.0
        self._scratch: Path | None = None
        self._log: queue.Queue[str] = queue.Queue()
        self._lock = threading.Lock()

    def invoke(
        self, event: Any, request_id: str, *, invoked_function_arn: str = "", **_others: Any
    ) -> dict[str, Any]:
        """Run one invocation.

        The answer holds status, result or error, log, cold_start, init_ms, ms, the CPU of both, and
        peak_rss_bytes.
        """
        with self._lock:
            if not self._runs() and (failed := self._spawn()):
                return {**failed, "cold_start": True, "init_ms": 0.0, "ms": 0.0}
            first = self._init_ms > 0
            began = {"cold_start": first, "init_ms": self._init_ms, "init_cpu_ms": self._init_cpu_ms}
            self._init_ms = self._init_cpu_ms = 0.0
            start = time.monotonic()
            timeout = float(self.config.get("Timeout", 3))
            self._write(
                {
                    "event": event,
                    "request_id": request_id,
                    "function_arn": invoked_function_arn or self.config["FunctionArn"],
                    "timeout_seconds": timeout,
                    "clock_offset_seconds": self._world.clock.offset.total_seconds(),
                    "skip_sleep": self._world.settings.functions_skip_sleep,
                }
            )
            answer = self._read(timeout) or self._died(timeout)
            self._world.clock.advance(timedelta(seconds=answer.pop("slept_seconds", 0.0)))
            took = (time.monotonic() - start) * 1000
            return {**answer, **began, "log": self._lines(), "ms": took}

    def prepare(self) -> None:
        """Start the process now, unless it runs: whoever invokes meanwhile waits for it.

        A function that cannot be loaded says so when it is invoked.
        """
        with self._lock:
            if not self._runs():
                self._spawn()

    def kill(self) -> None:
        """End the process and remove its scratch folder."""
        self._stop()
        self._discard_tmpdir()

    def _runs(self) -> bool:
        return self._proc is not None and self._proc.poll() is None

    def _spawn(self) -> dict[str, Any] | None:
        self._stop()
        refusal = runtime_refusal(self.func_name, self.config.get("Runtime", ""))
        if refusal:
            return _error("Runtime.InvalidRuntime", refusal, "")
        package = unpack(self._world.work / "functions", self._code, self._layers())
        self._scratch = Path(tempfile.mkdtemp(prefix=f"{self.func_name}-", dir=self._world.work))
        start = time.monotonic()
        self._start_process(package)
        module, _dot, function = self.config["Handler"].rpartition(".")
        self._write(
            {
                "path": package.python_path(),
                "module": module.replace("/", "."),
                "function": function,
                "shifted_clock": self._world.settings.functions_follow_clock,
            }
        )
        answer = self._read(INIT_SECONDS)
        self._init_ms = (time.monotonic() - start) * 1000
        if answer and answer["status"] == "ready":
            self._init_cpu_ms = answer["cpu_ms"]
            return None
        self._stop()
        log = self._lines()
        if answer:
            return {**answer, "log": log}
        return _error("Runtime.ExitError", f"{self.func_name} ended or hung while it was loaded", log)

    def _start_process(self, package: Package) -> None:
        assert self._scratch is not None
        self._answers, to_answer = os.pipe()
        environment = function_environment(self.config, self._world.endpoint, package.task, self._scratch)
        self._proc = subprocess.Popen(
            [sys.executable, "-I", "-S", str(BOOTSTRAP), str(to_answer)],
            cwd=package.task,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(to_answer,),
        )
        os.close(to_answer)
        self._log = queue.Queue()
        threading.Thread(target=_drain, args=(self._proc, self._log), daemon=True).start()

    def _layers(self) -> list[bytes]:
        found = [lambda_svc._resolve_layer_zip(layer) for layer in self.config.get("Layers", [])]
        missing = [
            layer for layer, content in zip(self.config.get("Layers", []), found, strict=True) if not content
        ]
        if missing:
            raise RuntimeError(f"function {self.func_name} names a layer that does not exist: {missing[0]}")
        return found

    def _write(self, message: dict[str, Any]) -> None:
        assert self._proc is not None and self._proc.stdin is not None
        try:
            self._proc.stdin.write((json.dumps(message) + "\n").encode())
            self._proc.stdin.flush()
        except BrokenPipeError:
            pass  # the process is gone; the missing answer shows it

    def _read(self, seconds: float) -> dict[str, Any] | None:
        deadline, received = time.monotonic() + seconds, b""
        while not received.endswith(b"\n"):
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(self._answers, 1 << 16) if ready else b""
            if not part:
                return None
            received += part
        answer: dict[str, Any] = json.loads(received)
        return answer

    def _died(self, timeout: float) -> dict[str, Any]:
        assert self._proc is not None
        timed_out = self._proc.poll() is None and not select.select([self._answers], [], [], 0)[0]
        self._stop()
        if timed_out:
            return _error("Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds", "")
        return _error("Runtime.ExitError", "Runtime exited without providing a reason", "")

    def _lines(self) -> str:
        lines: list[str] = []
        while True:
            try:
                line = self._log.get(timeout=LOG_SECONDS)
            except queue.Empty:
                break
            before, mark, _request = line.partition(END_OF_LOG)
            if before.strip():
                lines.append(before.rstrip("\n"))
            if mark or not line:
                break
        return "\n".join(lines)

    def _stop(self) -> None:
        process, self._proc = self._proc, None
        if process is not None:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
        if self._answers >= 0:
            os.close(self._answers)
            self._answers = -1
        self._discard_tmpdir()

    def _discard_tmpdir(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None


def _drain(process: subprocess.Popen[bytes], log: "queue.Queue[str]") -> None:
    """Move a worker's output into its queue line by line; an empty string marks the end of the process."""
    assert process.stdout is not None
    for line in process.stdout:
        log.put(line.decode(errors="replace"))
    log.put("")
    process.stdout.close()


def _error(kind: str, message: str, log: str) -> dict[str, Any]:
    return {"status": "error", "error": {"errorType": kind, "errorMessage": message}, "log": log}
