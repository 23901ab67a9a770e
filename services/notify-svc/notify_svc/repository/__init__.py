"""Every SQL statement of the service, one function each, in a module per noun."""
