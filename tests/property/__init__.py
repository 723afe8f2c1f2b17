"""Rules that hold for every runbook, signal order and crash point that can be generated."""
