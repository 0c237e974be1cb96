"""Media that HubSpot refused, so that not every event of theirs is an error."""

from app.store.migrations import apply_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the SQL file of the engine at hand."""
    apply_sql("0005_refused_media")
