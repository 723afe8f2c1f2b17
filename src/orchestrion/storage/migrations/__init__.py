"""One Alembic history for both databases: expand first, contract a release later (architecture.md 7)."""
