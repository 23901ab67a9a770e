"""The door: how people and machines ask a service something over HTTP."""
