"""Bugs that the checker must notice: a checker that has never found anything proves nothing."""

from __future__ import annotations

from types import MappingProxyType

from drill.bugs.of_business import BUSINESS
from drill.bugs.of_messaging import MESSAGING

BUGS = MappingProxyType({bug.name: bug for bug in (*MESSAGING, *BUSINESS)})
"""By name."""
