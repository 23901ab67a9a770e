"""Letters on paper: PDF for A4 and a window envelope."""
