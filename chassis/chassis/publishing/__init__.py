"""Events out: the outbox, written with the effect, and the relay that sends it."""
