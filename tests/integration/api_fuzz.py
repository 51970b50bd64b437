"""Whatever is sent, the API answers as its own description says: schemathesis with all its checks.

`test_api_fuzz.py` runs this file: importing schemathesis takes seconds that no other test is to wait for.
Alone: `pytest -p schemathesis.pytest.plugin tests/integration/api_fuzz.py`.
"""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig

from snapkeep.inbound.api.application import application
from snapkeep.inbound.api.description import description
from tests.fakes.answers import MemoryAnswers
from tests.fakes.files import FilesWorld, an_answer_to_each
from tests.fakes.gateway import SIGNATURE, Gateway
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim

CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            # What the schema cannot say (a restore that would not fit, a cluster that is not there, either a
            # point or a claim) is refused all the same.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "401", "403", "404", "409", "422"],
            },
            "missing_required_header": {"expected-statuses": ["400", "401", "404"]},
        }
    }
)


def a_world() -> World:
    world = FilesWorld(a_claim("data"))
    world.cluster.namespaces |= {"shop": "Active"}
    world.cluster.place = a_target()
    world.back_up(SLOT)
    world.told = an_answer_to_each(world.point("data").id)
    world.prune()
    return world


app = application(a_world().actions(), MemoryAnswers)
schema = schemathesis.openapi.from_dict(description(app), config=CONFIG)
schema.app = Gateway(app)


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Case) -> None:
    case.call_and_validate(headers={"Authorization": SIGNATURE})
