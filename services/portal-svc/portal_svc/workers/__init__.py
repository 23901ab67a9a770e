"""What portal-svc does besides answering."""
