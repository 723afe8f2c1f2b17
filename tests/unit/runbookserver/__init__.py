"""Rules of the use cases, each against a real database in a file."""
