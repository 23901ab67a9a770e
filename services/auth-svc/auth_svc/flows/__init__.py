"""What happens on a request: load, decide, store, publish. Nothing here knows HTTP."""
