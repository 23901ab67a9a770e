"""The platform that is broken: real servers, a proxy before each of them, and the services as processes."""
