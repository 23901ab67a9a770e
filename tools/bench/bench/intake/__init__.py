"""Reports in by HTTP: how long each waits for its answer, and what is left of them when the service is killed."""
