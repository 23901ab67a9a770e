"""Mail server and SMS centre of the bench: they accept at once, count, and keep nothing."""
