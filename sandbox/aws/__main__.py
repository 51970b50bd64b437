"""`python -m sandbox.aws --work FOLDER`: the sandbox's AWS on its own."""

import argparse
from pathlib import Path

from sandbox.aws.server import serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--work", type=Path, required=True, help="folder for unpacked functions")
    parser.add_argument("--ready", type=Path, help="file for the endpoint, written once it answers")
    options = parser.parse_args()
    serve(options.port, options.work, options.ready)


if __name__ == "__main__":
    main()
