"""`water`: one command line for the whole platform. It speaks to the services' HTTP with an operator's token."""
