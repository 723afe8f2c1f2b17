"""Rules of metrics, traces, logs and the files that come along for them."""
