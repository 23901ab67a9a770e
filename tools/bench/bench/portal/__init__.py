"""What pages of the portal cost: each by itself, and many a second."""
