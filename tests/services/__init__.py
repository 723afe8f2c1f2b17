"""Real servers for tests: each module holds one and the fixtures that start and stop it."""
