"""The policy file: every policy with its policyholder, as JSON lines or as CSV; read, checked, and written."""
