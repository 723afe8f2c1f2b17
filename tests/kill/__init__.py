"""The kill matrix: real server processes that get `kill -9` at every commit and in every call of a run."""
