"""`python -m sandbox`: start the sandbox, print its endpoints, and run until Ctrl-C."""

import argparse
import signal
import sys
from pathlib import Path

from sandbox.launch import Sandbox, SandboxError


def main() -> int:
    """Run the sandbox in the foreground; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--cluster", default="myeks", help="name of the EKS cluster")
    parser.add_argument("--work", type=Path, help="folder for logs and scratch files; kept at the end")
    options = parser.parse_args()
    # SIGTERM must unwind like Ctrl-C, or the children would be orphaned. A shell starts its background jobs
    # with SIGINT ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        with Sandbox(options.work, cluster=options.cluster) as sandbox:
            print(_endpoints(sandbox), flush=True)
            signal.pause()
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", flush=True)
    return 0


def _endpoints(sandbox: Sandbox) -> str:
    variables = "\n".join(f"export {name}={value}" for name, value in sandbox.environment().items())
    return (
        f"{variables}\nexport KUBECONFIG={sandbox.kubeconfig}\n"
        f"# Kubernetes {sandbox.kubernetes_url}, controls of AWS {sandbox.aws_url}/_sandbox/state\n"
        f"# logs in {sandbox.work}; Ctrl-C ends everything"
    )


if __name__ == "__main__":
    sys.exit(main())
