"""`python -m sandbox.aws --work FOLDER`: the sandbox's AWS on its own."""

import argparse
from pathlib import Path

from sandbox.aws.server import serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of 127.0.0.1; 0 takes a free one")
    parser.add_argument("--work", type=Path, required=True, help="folder for unpacked functions")
    parser.add_argument("--ready", type=Path, help="file to write the endpoint to once it answers")
    options = parser.parse_args()
    serve(options.port, options.work, options.ready)


if __name__ == "__main__":
    main()
