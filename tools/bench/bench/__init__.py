"""How fast the services are, and how fast they could be: three pipelines over one input, on one real stack."""
