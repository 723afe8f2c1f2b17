"""What a runbook, a job and their parts are, and the rules on them. Imports nothing else of ours and does no I/O."""
