"""Why something is not answered: each says what to change."""

from __future__ import annotations

from chassis.http.problems import ProblemType

OUTSIDE = ProblemType(
    name="place-outside-the-netherlands",
    status=422,
    title="The place does not lie in the European Netherlands",
    remedy="Send latitude and longitude (WGS 84, decimal degrees) of a place in the European Netherlands, such as "
    "51.19 and 5.79.",
)
SWAPPED = ProblemType(
    name="latitude-and-longitude-swapped",
    status=422,
    title="Latitude and longitude have changed places",
    remedy="Send as latitude what you sent as longitude, and the reverse: in the Netherlands the latitude is 50 to 54.",
)
FUTURE = ProblemType(
    name="moment-in-the-future",
    status=422,
    title="The moment has not come yet",
    remedy="Send a moment that has passed, with its offset from UTC: in the Netherlands +01:00, in summer +02:00.",
)
BEFORE_REGISTER = ProblemType(
    name="before-the-register",
    status=422,
    title="The register of stations begins later",
    remedy="Send a later moment: GET /stations tells since when each station measures.",
)
NO_STATION = ProblemType(
    name="no-station-then",
    status=422,
    title="No station of the register measured rain then",
    remedy="Send another moment: GET /stations tells when each station measures.",
)
PERIOD_TOO_LONG = ProblemType(
    name="period-too-long",
    status=422,
    title="The period is longer than 31 days",
    remedy="Ask for 31 days or less at a time.",
)
NOT_AN_HOUR = ProblemType(
    name="not-a-whole-hour",
    status=422,
    title="The moment is not the end of an hour",
    remedy="Send the moment at which the hour ends, such as 2021-07-15T06:00:00Z.",
)
