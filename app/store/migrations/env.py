"""Alembic's entry: runs the revisions where `app.store.migrations` says, or writes them down."""

from alembic import context

context.configure(target_metadata=None, **context.config.attributes["target"])
with context.begin_transaction():
    context.run_migrations()
