"""Asks manual gauges for second opinions: all answers of a batch that want one in one query, the others in none."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.database import Connection
from contracts.weather import SecondOpinion
from weather_svc.domain.assessment import Conclusion, Inquiry
from weather_svc.domain.second_opinion import gauges_around, is_wanted, second_opinion, seek
from weather_svc.repository import gauges


async def second_opinions(
    connection: Connection, answered: Sequence[tuple[Inquiry, Conclusion]]
) -> Sequence[SecondOpinion | None]:
    """Return what stands beside each of these answers, in their order; None when it wants or finds nothing."""
    sought = [
        seek(inquiry, conclusion, gauges=gauges_around(inquiry.request.home)) if is_wanted(conclusion) else None
        for inquiry, conclusion in answered
    ]
    collected = await gauges.collected(connection, days={day for each in sought if each for day in each.days})
    return [each and second_opinion(each, collected) for each in sought]
