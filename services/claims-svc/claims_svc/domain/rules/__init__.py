"""The coverage rules, one module per subject. `findings.py` applies those of the routes that a report names."""
