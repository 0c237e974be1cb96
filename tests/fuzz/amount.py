"""The number of examples: few in CI, any number by a variable."""

import os

from hypothesis import HealthCheck, settings

AMOUNT = int(os.environ.get("PLAYRELAY_FUZZ", "100"))
"""Examples of each kind. An example of a request is sent to several paths and as several types of
content, so that 30000 are over 900,000 requests and 60,000 configurations.
"""

# Nothing is kept of a million examples, and nobody waits for each.
thorough = settings(
    max_examples=AMOUNT,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
