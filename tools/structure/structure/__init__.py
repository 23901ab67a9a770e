"""Who may import whom in this repository, and a picture of who does."""
