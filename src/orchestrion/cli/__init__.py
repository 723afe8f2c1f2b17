"""The command line: a client of the API like any other, but for `up`, `db`, `key` and `user`."""
