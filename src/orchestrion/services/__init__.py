"""The use cases. Every method takes the Actor who asks, and leaves an audit entry for what it changes."""
