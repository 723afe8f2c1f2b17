"""What happens next in a run: pure, deterministic, without I/O, clock or randomness (durability.md 3)."""
