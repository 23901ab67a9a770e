"""Whether a place lies in the European Netherlands, roughly: it refuses mistakes and judges no home at the border."""

from __future__ import annotations

_MILLI = 1_000
_BORDER = (
    *((51.24, 3.28), (51.19, 3.45), (51.16, 3.80), (51.19, 4.10), (51.29, 4.24), (51.33, 4.34), (51.35, 4.42)),
    *((51.42, 4.44), (51.44, 4.56), (51.40, 4.66), (51.42, 4.76), (51.38, 4.90), (51.38, 5.02), (51.29, 5.10)),
    *((51.24, 5.22), (51.23, 5.45), (51.20, 5.52), (51.16, 5.62), (51.13, 5.76), (51.06, 5.75), (50.98, 5.68)),
    *((50.92, 5.64), (50.86, 5.60), (50.81, 5.60), (50.74, 5.66), (50.73, 5.80), (50.73, 6.03), (50.80, 6.06)),
    *((50.85, 6.11), (50.92, 6.11), (50.98, 6.07), (51.03, 6.00), (51.08, 6.12), (51.13, 6.20), (51.21, 6.21)),
    *((51.25, 6.12), (51.35, 6.25), (51.48, 6.26), (51.60, 6.13), (51.65, 6.16), (51.73, 6.08), (51.79, 6.02)),
    *((51.83, 6.09), (51.82, 6.20), (51.84, 6.28), (51.80, 6.40), (51.83, 6.52), (51.88, 6.66), (51.91, 6.80)),
    *((51.98, 6.88), (52.05, 6.83), (52.10, 6.78), (52.13, 6.88), (52.20, 7.01), (52.23, 7.08), (52.38, 7.10)),
    *((52.46, 7.02), (52.49, 6.94), (52.48, 6.82), (52.50, 6.76), (52.58, 6.78), (52.60, 6.95), (52.60, 7.10)),
    *((52.80, 7.11), (52.84, 7.13), (52.96, 7.25), (53.20, 7.26), (53.32, 7.10), (53.36, 6.97), (53.47, 6.91)),
    *((53.55, 6.65), (53.58, 6.40), (53.54, 6.00), (53.50, 5.50), (53.46, 5.10), (53.33, 4.80), (53.20, 4.65)),
    *((52.90, 4.60), (52.47, 4.48), (52.15, 4.18), (52.03, 3.95), (51.88, 3.75), (51.75, 3.60), (51.58, 3.35)),
    (51.42, 3.30),
)
"""Corners as degrees of latitude and longitude, a few kilometres outside of the land border and the coast."""
_CORNERS = tuple(
    (round(latitude * _MILLI) * _MILLI, round(longitude * _MILLI) * _MILLI) for latitude, longitude in _BORDER
)
"""In microdegrees."""


def is_in_the_netherlands(*, latitude_microdegrees: int, longitude_microdegrees: int) -> bool:
    """Whether the place lies inside: a line from it to the east crosses the border an odd number of times."""
    inside = False
    for (south, west), (north, east) in zip(_CORNERS, (*_CORNERS[1:], _CORNERS[0]), strict=True):
        if (south > latitude_microdegrees) != (north > latitude_microdegrees):
            # In whole numbers: on which side of this piece of the border the place lies.
            side = (latitude_microdegrees - south) * (east - west) - (longitude_microdegrees - west) * (north - south)
            inside ^= (side > 0) == (north > south)
    return inside


def are_swapped(*, latitude_microdegrees: int, longitude_microdegrees: int) -> bool:
    """Whether the place is in the Netherlands once its two numbers change places."""
    return is_in_the_netherlands(
        latitude_microdegrees=longitude_microdegrees, longitude_microdegrees=latitude_microdegrees
    )
