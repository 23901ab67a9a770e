"""The error that a person can mend."""


class DevstackError(Exception):
    """The stack cannot do what it should; the message is a sentence that names what to change."""
