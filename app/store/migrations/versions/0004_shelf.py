"""HubSpot's media objects, as they were last listed."""

from app.store.migrations import apply_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the SQL file of the engine at hand."""
    apply_sql("0004_shelf")
