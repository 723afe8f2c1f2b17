"""The runbook server: claims instances, runs their activities, journals what happened (architecture.md 5)."""
