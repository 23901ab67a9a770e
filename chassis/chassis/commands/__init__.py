"""The commands that every service has for what could not be processed or sent."""
