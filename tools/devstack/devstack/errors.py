"""The error that a person can mend."""


class DevstackError(Exception):
    """The stack cannot do what was asked; the message is one sentence that says what to change."""
