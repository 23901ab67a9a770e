"""What one request, one address and all together may cost: refused before it costs anything."""

from __future__ import annotations
