"""System: programs, scripts and processes of a computer."""
