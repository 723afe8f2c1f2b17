"""Several parts together: the API, real servers, real processes that crash."""
