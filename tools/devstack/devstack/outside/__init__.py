"""Stand-ins for the systems outside the platform: mail server, SMS centre, trace collector."""
