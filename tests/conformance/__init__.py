"""What every store promises, proven on SQLite and on PostgreSQL by the same tests."""
