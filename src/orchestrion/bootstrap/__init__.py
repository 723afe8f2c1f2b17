"""The one composition root: builds adapters and services from the settings, and runs them on one event loop."""
