"""How many examples: a few on a developer's machine, many and always the same ones in CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("dev", deadline=None, max_examples=25, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=25,
    derandomize=True,
    print_blob=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile("many", settings.get_profile("dev"), max_examples=1000, phases=(Phase.generate,))
settings.load_profile("ci" if os.environ.get("CI") else "dev")
