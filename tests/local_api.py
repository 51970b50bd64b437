"""The API on a developer's machine: the routes and answers of the real one, over sample data in memory.

`python -m tests.local_api` serves it with Swagger UI at /, where nobody has to sign; restores,
backups and holds work, and everything is forgotten when it ends.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from aws_lambda_powertools.event_handler import HttpResolver

from snapkeep.inbound.api.application import application
from snapkeep.inbound.api.description import TITLE, description
from tests.api_examples import with_examples
from tests.fakes.answers import MemoryAnswers
from tests.fakes.copying import OSAKA
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAYS = 14


def sample_world() -> World:
    """WordPress with its MySQL and a shop, backed up every day for two weeks."""
    world = World(
        a_claim("mysql-pv-claim", namespace="wordpress"),
        a_claim("wp-pv-claim", namespace="wordpress"),
        a_claim("data", namespace="shop"),
        a_claim("cache", namespace="shop", labels={"snapkeep.io/exclude": "true"}),
        policy=a_policy(retention={"last": 30}),
    )
    world.cluster.namespaces |= {"wordpress": "Active", "shop": "Active", "recovered": "Active"}
    world.cluster.place = a_target()
    world.deployment = replace(world.deployment, places=(OSAKA,))
    for day in range(DAYS):
        world.back_up(SLOT + timedelta(days=day))
    world.wait(hours=1)
    world.prune()
    world.reporter.run()
    return world


def local_application() -> HttpResolver:
    """The application as an ASGI server calls it, with Swagger UI."""
    resolver = HttpResolver(enable_validation=True)
    application(sample_world().actions(), MemoryAnswers, resolver)
    resolver.enable_swagger(path="/", title=TITLE)
    return resolver


def described() -> dict[str, Any]:
    """The description as it is published, with an example for each operation."""
    served = description(application(sample_world().actions(), MemoryAnswers))
    return with_examples(served, sample_world())


def main() -> None:
    """Serve on 127.0.0.1, or write the description to a file."""
    parser = argparse.ArgumentParser(prog="make api", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--describe", type=Path, help="write the OpenAPI document there and end")
    options = parser.parse_args()
    if options.describe:
        document = described()
        options.describe.write_text(json.dumps(document, indent=2) + "\n")
        return
    print(f"Swagger UI: http://127.0.0.1:{options.port}/")
    uvicorn.run(local_application(), host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
