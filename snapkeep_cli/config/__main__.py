"""`python -m snapkeep_cli.config snapkeep.yaml`: print the deployment as JSON, or what is wrong (exit 2).

Standard error shows the size of its stack.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from snapkeep.domain.policies import to_document
from snapkeep_cli.config import ConfigError, load, load_size


def main(arguments: list[str]) -> int:
    """The exit code: 0 with the document on standard output, 2 with the errors on standard error."""
    if len(arguments) != 1:
        print("usage: python -m snapkeep_cli.config FILE", file=sys.stderr)
        return 2
    file = Path(arguments[0])
    try:
        print(json.dumps(to_document(load(file)), indent=2))
        print(f"{file}: {load_size(file)}", file=sys.stderr)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
