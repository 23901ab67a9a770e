"""What stops provisioning."""

from __future__ import annotations


class ProvisionError(Exception):
    """Provisioning cannot go on; the text is one sentence for the operator."""
