"""Jobs, instances, activity instances, events and servers."""
