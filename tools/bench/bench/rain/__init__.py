"""What rain evidence costs: importing, reading, correcting it, answering meanwhile, and summing windows of it."""
