"""Runbooks as text files, for people, version control and other installations."""
