"""Where KNMI publishes: an adapter for each way, and the worker that asks them."""
