"""The tests, one folder per tier: what a tier needs decides where a test stands."""
