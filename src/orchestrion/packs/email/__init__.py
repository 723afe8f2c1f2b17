"""Email: sending mail."""
