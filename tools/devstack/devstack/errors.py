"""What goes wrong in a way the reader of one sentence can mend."""


class DevstackError(Exception):
    """The stack cannot do what was asked; the message is one sentence that says what to change."""
