"""Signing in and out, passwords and API tokens."""
