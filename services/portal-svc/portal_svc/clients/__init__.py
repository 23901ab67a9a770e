"""How the portal asks the services: one module for each, by HTTP."""
