"""PostgreSQL servers for a bare machine, out of a wheel or in Docker, and the databases on them."""
