"""The web service: REST API, live updates and the built front end."""
