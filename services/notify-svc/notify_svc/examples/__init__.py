"""Made-up decisions, claims and accounts with real figures, for whoever looks at texts before a customer does."""
