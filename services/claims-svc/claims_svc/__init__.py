"""claims-svc: opens claims for loss reports, gathers what a decision needs, and decides with proof."""
