"""Tells customers what was decided about their claim, by e-mail and by SMS."""
