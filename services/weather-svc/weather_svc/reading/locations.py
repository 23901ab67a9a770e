"""Reads KNMI's own list of stations: the GeoJSON that its EDR API answers for the locations of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from weather_svc.domain.registers import Listed
from weather_svc.reading.refusal import UnreadableError


class _Point(msgspec.Struct):
    # Longitude comes first; a height may follow.
    coordinates: Annotated[tuple[float, ...], msgspec.Meta(min_length=2, max_length=3)]


class _Properties(msgspec.Struct):
    name: str = ""


class _Feature(msgspec.Struct):
    id: str
    geometry: _Point
    properties: _Properties = msgspec.field(default_factory=_Properties)


class _FeatureCollection(msgspec.Struct):
    features: tuple[_Feature, ...]


def read_locations(body: bytes) -> Sequence[Listed]:
    """Return the stations of a list in its order.

    Raises:
        UnreadableError: it is no such list.
    """
    try:
        found = msgspec.json.decode(body, type=_FeatureCollection)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(f"no GeoJSON list of stations: {error}") from error
    return [
        Listed(
            wigos_id=feature.id,
            name=feature.properties.name,
            latitude_microdegrees=round(feature.geometry.coordinates[1] * 1e6),
            longitude_microdegrees=round(feature.geometry.coordinates[0] * 1e6),
        )
        for feature in found.features
    ]
