"""What services and the runbook server need from outside: small protocols and the plain records they carry."""
