"""Variables, the audit and the health of the installation."""
