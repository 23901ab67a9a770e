"""What operators see: health, metrics, logs and traces."""
