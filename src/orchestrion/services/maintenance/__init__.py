"""What an installation does for itself, and what people may say about it."""
