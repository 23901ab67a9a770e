"""The dashboards: what somebody looks at while a storm goes through, or when an alert has woken them."""

from __future__ import annotations

from typing import Final

from observability.dashboards import messages, rain, security, service, storm

DASHBOARDS: Final = (storm.BOARD, service.BOARD, rain.BOARD, messages.BOARD, security.BOARD)
