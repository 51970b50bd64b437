"""Settings for every test: property tests are bounded in examples, not by a clock that load moves."""

from hypothesis import settings

settings.register_profile("snapkeep", deadline=None)
settings.load_profile("snapkeep")
