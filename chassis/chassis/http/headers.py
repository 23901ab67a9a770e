"""Headers that every answer carries: nothing is stored, sniffed, framed or sent on."""

from __future__ import annotations
