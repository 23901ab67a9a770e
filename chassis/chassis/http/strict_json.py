"""JSON that has one meaning: no duplicate keys, no NaN, no number that a reader would round, valid UTF-8, no depth."""

from __future__ import annotations
