"""The orchestration database: SQLAlchemy Core tables, one module per aggregate, and the raw hot path."""
