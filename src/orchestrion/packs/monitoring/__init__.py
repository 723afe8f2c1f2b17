"""Monitoring: what logs and processes of a computer tell."""
