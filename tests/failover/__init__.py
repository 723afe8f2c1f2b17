"""Servers, databases and networks that fail, and upgrades."""
