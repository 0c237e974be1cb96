"""What the console looks at: figures by medium, day and page, kinds of rejection, who did what."""

from app.store.migrations import apply_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the SQL file of the engine at hand."""
    apply_sql("0002_insights")
