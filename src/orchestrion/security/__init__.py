"""Passwords, random tokens, and secrets at rest (ports/security.py)."""
