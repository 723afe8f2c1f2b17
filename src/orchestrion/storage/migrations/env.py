"""Alembic runs this; the connection comes from `migrate.py`, which is the only caller."""

from __future__ import annotations

from alembic import context

from orchestrion.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
