"""What a function imports before its first event: nothing that only another function needs.

`make bench` measures what that costs; this holds what it is made of, on any machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.functions import environment
from snapkeep.deployment import FILE, PACKAGE
from snapkeep.domain.policies import Cluster, Deployment, to_document
from snapkeep.domain.vault.vault import Vault

ROOT = Path(__file__).parents[3]
LAYER = ROOT / "layers" / "common" / "python"

SERVICES = {
    "api": set[str](),
    "archive_points": {"archive", "copies", "proof", "retention"},  # once a day, with all that it asks
    "back_up_file_systems": {"backup", "efs"},  # slots are checked as for runs
    "check_points": {"proof"},
    "copy_points": {"copies", "restore"},  # what is copied is held, as for a restore
    "finish_restores": {"archive", "restore"},
    "handle_interruption": {"interruption"},
    "lend_copies": set[str](),
    "plan_backup": {"backup"},
    "prune": {"retention"},
    "prune_copies": {"retention"},
    "prune_file_systems": {"retention"},
    "pull_copies": {"copies", "vault"},
    "read_files": {"files", "proof"},  # it opens points as checks do
    "reconcile": {"backup"},
    "record_completion": {"backup"},
    "release_volumes": {"interruption"},
    "restore_file_systems": {"efs"},
    "save_objects": {"objects"},
    "save_node": {"backup", "interruption"},
    "take_snapshots": {"backup"},
    "try_config": {"backup", "report", "retention"},
    "write_report": {"report", "vault", "copies"},  # the page of a vault
}
"""The capabilities whose services a function starts with; API and loans wait for a request."""

HEAVY = {
    "boto3": set[str](),
    "kubernetes": set[str](),
    "asyncio": {"api"},  # Powertools' router
    "aws_lambda_powertools": set(SERVICES) - {"handle_interruption"},
    "aws_lambda_powertools.event_handler": {"api"},
    "aws_lambda_powertools.utilities.batch": set[str](),
    "aws_lambda_powertools.utilities.idempotency": set[str](),
    "jinja2": {"write_report"},
    "pydantic": {"api"},
}
"""What costs much, and the functions that start with it."""

PROGRAM = """
import gc, json, sys
sys.path[0:0] = sys.argv[1:]
disable, before = gc.disable, []
gc.disable = lambda: (before.extend(sys.modules), disable())
import handler
said = {"before": before, "collects": gc.isenabled(), "left_alone": gc.get_freeze_count()}
print(json.dumps({"modules": sorted(sys.modules), **said}))
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer with a deployment, for the functions of a vault with one, too."""
    folder = tmp_path_factory.mktemp("layer")
    package = folder / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("")
    vault = Vault("us-east-1", "arn:aws:kms:us-east-1:111122223333:key/1", ())
    deployment = Deployment(clusters=(Cluster("myeks", "us-east-1"),), policies=(), vault=vault)
    (package / FILE).write_text(json.dumps(to_document(deployment)))
    return folder


def started(function: str, *folders: Path) -> dict[str, Any]:
    """What a function that Lambda has just started says: its modules, and how it collects garbage."""
    path = [ROOT / "lambdas" / function, *folders]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, path)],
        env=os.environ | environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_every_function_is_looked_at() -> None:
    assert set(SERVICES) == {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}


@pytest.mark.parametrize("function", sorted(SERVICES))
def test_a_function_starts_with_what_it_needs(function: str, deployment: Path) -> None:
    said = started(function, deployment)

    modules = said["modules"]
    assert {name for name in HEAVY if name in modules} == {
        name for name, users in HEAVY.items() if function in users
    }
    services = {name.split(".")[2] for name in modules if name.startswith("snapkeep.services.")}
    shared = {path.stem for path in (LAYER / "snapkeep" / "services").glob("*.py")}
    assert services - shared == SERVICES[function]
    assert said["collects"], "garbage must be collected once events arrive"
    assert said["left_alone"], "what the start made is never garbage"
    assert not set(HEAVY) & set(said["before"]), "snapkeep comes first, which stops the collector"
    assert said["before"]
