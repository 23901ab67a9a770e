"""Notifies customers of the decisions about their claims, by e-mail and by SMS."""
