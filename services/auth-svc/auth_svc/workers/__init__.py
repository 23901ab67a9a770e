"""What auth-svc does besides answering and consuming."""
