"""What the Makefile and the package build run."""
