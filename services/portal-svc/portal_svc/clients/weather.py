"""What weather-svc tells everybody: stations, hours, and whether the rain was enough."""

from __future__ import annotations

from datetime import datetime

from portal_svc.clients.services import Asking, Json


async def check(
    weather: Asking, *, latitude: float, longitude: float, accuracy_metres: int, from_at: datetime, until_at: datetime
) -> Json:
    """Return what a claim would be told of the rain near this place. Nothing of the question is kept."""
    asked = {
        "latitude": round(latitude, 6),
        "longitude": round(longitude, 6),
        "accuracy_metres": accuracy_metres,
        "from_at": from_at.isoformat(),
        "until_at": until_at.isoformat(),
    }
    return await weather.post("/rain-checks", asked)


async def stations(weather: Asking) -> Json:
    """Return the register of stations."""
    return await weather.get("/stations")


async def hours(weather: Asking, *, network: str, number: int, from_at: str, until: str) -> Json:
    """Return what a station measured, hour by hour."""
    return await weather.get(f"/stations/{network}/{number}/hours", **{"from": from_at, "until": until})
