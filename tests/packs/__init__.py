"""Every activity against the real thing it works on, one folder per pack."""
