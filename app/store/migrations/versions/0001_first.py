"""The first schema: inbox, plays, outbox and what delivery remembers."""

from app.store.migrations import apply_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the SQL file of the engine at hand."""
    apply_sql("0001_first")
