"""Orchestrion: runbook automation for any operating system and vendor."""

__version__ = "0.1.0"
