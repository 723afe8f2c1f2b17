"""Runbooks as text files."""
