"""What every engine decides alike: pure functions, an idea each.

Times are milliseconds since the epoch unless said otherwise.
"""

MAX_ROWS_A_COMMIT = 2_000
MAX_WAITING_BYTES = 32 * 1024 * 1024
"""Beyond this the store is too slow for what arrives, and the honest answer is 503."""
