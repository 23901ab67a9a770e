"""A storm of decisions through notify-svc alone: at what pace it leaves, in which order, and codes in the middle."""
