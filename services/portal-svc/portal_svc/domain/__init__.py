"""What holds in the portal whatever the page."""
