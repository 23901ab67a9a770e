"""How figures, moments and codes read on the report page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.claims import GroundWeight, MoneyStepCode
from contracts.weather import UndeterminedReason

HOME_TIME = ZoneInfo("Europe/Amsterdam")
_EXACT_MILLISECONDS = 10
_SECOND_MILLISECONDS = 1_000

WEIGHT_WORDS = {
    GroundWeight.DECISIVE: "decided",
    GroundWeight.CONTRIBUTORY: "holds too",
    GroundWeight.NOT_REACHED: "cannot be told",
    GroundWeight.DOES_NOT_HOLD: "does not hold",
}
UNDETERMINED_WORDS = {
    UndeterminedReason.MISSING_HOURS: "hours are missing that could bring a window to its threshold",
    UndeterminedReason.BETWEEN_WHOLE_HOURS: "one hour more than the window reaches it, and figures are by the hour",
    UndeterminedReason.STATIONS_DISAGREE: "two stations may be the nearest, and they disagree",
    UndeterminedReason.NO_STATION: "no station measured rain on that day",
    None: "the figures give neither a yes nor a no",
}
STEP_WORDS = {
    MoneyStepCode.DAMAGE: "Damage",
    MoneyStepCode.NOT_COVERED: "Not covered",
    MoneyStepCode.DEDUCTIBLE: "Deductible",
    MoneyStepCode.DEDUCTIBLE_USED_BEFORE: "Deductible used before in the same event",
}


def words(code: str) -> str:
    """Return a code as words: `heavy_local_precipitation` is heavy local precipitation."""
    return str(code).replace("_", " ")


def millimetres(tenths: int | None) -> str:
    """Return tenths of a millimetre as millimetres; unknown is a question mark."""
    if tenths is None:
        return "?"
    sign = "\N{MINUS SIGN}" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def signed_millimetres(tenths: int | None) -> str:
    """Return a margin with its sign."""
    return f"+{millimetres(tenths)}" if tenths is not None and tenths >= 0 else millimetres(tenths)


def euros(cents: int | None) -> str:
    """Return cents as euros; what is not settled yet says so."""
    if cents is None:
        return "not settled yet"
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}€ {abs(cents) // 100:,}.{abs(cents) % 100:02}"


def kilometres(metres: int) -> str:
    """Return metres as kilometres with one decimal."""
    return f"{metres / 1000:.1f} km"


def milliseconds(duration: float) -> str:
    """Return a duration so that it reads at a glance."""
    if duration >= _SECOND_MILLISECONDS:
        return f"{duration / 1000:.2f} s"
    if duration >= _EXACT_MILLISECONDS:
        return f"{duration:.0f} ms"
    return f"{duration:.1f} ms" if duration >= 1 else "under 1 ms"


def home_moment(moment: datetime) -> str:
    """Return a moment by the clock of the home: 15 July 2021 03:30."""
    local = moment.astimezone(HOME_TIME)
    return f"{local.day} {local:%B %Y %H:%M}"


def home_hour(moment: datetime) -> str:
    """Return a moment short, by the clock of the home: Thu 15 Jul 03:30."""
    local = moment.astimezone(HOME_TIME)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def utc_moment(moment: datetime) -> str:
    """Return a moment in UTC: 2021-07-15 01:30 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def home_midnights(from_at: datetime, until_at: datetime) -> list[datetime]:
    """Return every midnight of the home's clock strictly between two moments."""
    day = from_at.astimezone(HOME_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    midnights = []
    while day < until_at:
        if day > from_at:
            midnights.append(day)
        day += timedelta(days=1)
    return midnights
