"""claims-svc: takes loss reports in, gathers what a decision needs, and decides with proof."""
