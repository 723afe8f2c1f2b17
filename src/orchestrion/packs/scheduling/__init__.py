"""Scheduling: starting at times."""
