"""The ways to a customer: one sender per channel, and the servers it hands messages to."""
