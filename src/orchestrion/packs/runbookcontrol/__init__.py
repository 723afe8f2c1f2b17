"""Runbook Control: where a runbook begins and what it hands back."""
