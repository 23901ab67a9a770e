"""The smallest service there can be: what the chassis promises is shown on it."""
