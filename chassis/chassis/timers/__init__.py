"""Durable timers: their table and the loop that fires them."""
