"""What runs inside a function's process, in place of AWS's runtime client.

Started as `python -I -S bootstrap.py FD`: no site-packages, no user site, no PYTHON* variables. It reads one
JSON line per request from standard input and answers with one JSON line on the file descriptor FD, so
whatever the function prints goes only to its log. Standard library only: nothing from the sandbox is
importable here.
"""

import ctypes
import datetime
import gc
import importlib
import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

MAX_ANSWER_BYTES = 6 * 1024 * 1024
"""The largest answer of a synchronous invocation (Lambda quotas, "Invocation payload")."""
END_OF_LOG = "\x1e"


class LambdaContext:
    """The context object (Lambda developer guide, "AWS Lambda context object in Python")."""

    identity = None
    client_context = None

    def __init__(self, call: dict[str, Any]) -> None:
        self.aws_request_id = call["request_id"]
        self.invoked_function_arn = call["function_arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + call["timeout_seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before the function is stopped."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class RequestIdFilter(logging.Filter):
    """Puts the request id into every record, as AWS's log format requires."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id and return True."""
        record.aws_request_id = RequestIdFilter.request_id
        return True


class ShiftedClock:
    """Runs this process's calendar ahead of the machine, as the sandbox's clock does.

    AWS's hosts agree on the time; here functions must agree with the sandbox. datetime.datetime is changed in
    place, not replaced, so that every module sees the same class. Monotonic time is unchanged.
    """

    seconds = 0.0
    slept = 0.0
    skips_sleep = False

    @classmethod
    def begin(cls, call: dict[str, Any]) -> None:
        """Adopt the sandbox's time for one invocation."""
        cls.seconds, cls.slept, cls.skips_sleep = call["clock_offset_seconds"], 0.0, call["skip_sleep"]

    @classmethod
    def install(cls) -> None:
        """Make time.time, datetime.now and datetime.utcnow return shifted time; time.sleep may shift it."""
        real_time, real_sleep, kind = time.time, time.sleep, datetime.datetime
        real_now = kind.now

        def now(_kind: type, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return real_now(tz) + datetime.timedelta(seconds=cls.seconds)

        def utcnow(_kind: type) -> datetime.datetime:
            return real_now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(seconds=cls.seconds)

        def sleep(seconds: Any) -> None:
            if cls.skips_sleep:
                cls.seconds, cls.slept = cls.seconds + seconds, cls.slept + seconds
            else:
                real_sleep(seconds)

        time.time, time.sleep = lambda: real_time() + cls.seconds, sleep
        attributes = gc.get_referents(kind.__dict__)[0]
        attributes["now"], attributes["utcnow"] = classmethod(now), classmethod(utcnow)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


def main() -> None:
    """Load the handler, report it, then answer requests until standard input ends."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    answers = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8")
    setup = json.loads(requests.readline())
    sys.argv = [""]
    sys.path[0:0] = setup["path"]
    if setup["shifted_clock"]:
        ShiftedClock.install()
    _log_to_stdout()
    handler, failure = _load(setup["module"], setup["function"])
    _send(answers, failure or {"status": "ready", "cpu_ms": time.process_time() * 1000})
    if handler is None:
        return
    for line in requests:
        call = json.loads(line)
        RequestIdFilter.request_id = call["request_id"]
        ShiftedClock.begin(call)
        cpu = time.process_time()
        answer = _run(handler, call)
        answer["cpu_ms"] = (time.process_time() - cpu) * 1000
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os.write(1, f"{END_OF_LOG}{call['request_id']}\n".encode())
        _send(answers, {**answer, "peak_rss_bytes": _peak_rss_bytes(), "slept_seconds": ShiftedClock.slept})


def _load(module: str, function: str) -> tuple[Any, dict[str, Any] | None]:
    try:
        return getattr(importlib.import_module(module), function), None
    except BaseException as error:
        kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else type(error).__name__
        return None, _failure(error, kind, f"Unable to import module '{module}': {error}")


def _run(handler: Any, call: dict[str, Any]) -> dict[str, Any]:
    try:
        result = handler(call["event"], LambdaContext(call))
    except Exception as error:
        return _failure(error, type(error).__name__, str(error))
    try:
        text = json.dumps(result)
    except (TypeError, ValueError) as error:
        return _failure(error, "Runtime.MarshalError", f"Unable to marshal response: {error}")
    if len(text.encode()) > MAX_ANSWER_BYTES:
        message = f"Response payload size ({len(text.encode())} bytes) exceeded maximum allowed payload size."
        return {
            "status": "error",
            "error": {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message},
        }
    return {"status": "ok", "result": result}


def _failure(error: BaseException, kind: str, message: str) -> dict[str, Any]:
    trace = traceback.format_list(traceback.extract_tb(error.__traceback__))
    # AWS's runtime logs the failure before reporting it.
    print(f"[ERROR] {kind}: {message}\nTraceback (most recent call last):\n{''.join(trace)}", flush=True)
    return {"status": "error", "error": {"errorMessage": message, "errorType": kind, "stackTrace": trace}}


def _log_to_stdout() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(RequestIdFilter())
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def _peak_rss_bytes() -> int:
    # Not ru_maxrss: on Linux it also counts the parent process.
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _send(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
