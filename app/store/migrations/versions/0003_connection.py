"""The account that the app was installed in."""

from app.store.migrations import apply_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the SQL file of the engine at hand."""
    apply_sql("0003_connection")
