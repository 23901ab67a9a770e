"""What every service tells its operators by HTTP: how it is, and what it could not process."""
