"""Photos and documents: what kinds there are, whether one is what it says, and where their contents are kept."""
