"""Utilities: small work on values."""
