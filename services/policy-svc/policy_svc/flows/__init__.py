"""What the service does, one module for each thing: routes, commands and timers call it, the repository stores it."""
