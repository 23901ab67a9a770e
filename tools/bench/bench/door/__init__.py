"""What the door costs: a route behind it, beside the same route of FastAPI alone."""
