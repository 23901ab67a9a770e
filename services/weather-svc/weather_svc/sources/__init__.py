"""Who publishes rain: one adapter each behind `port`, and the workers that ask and listen."""
