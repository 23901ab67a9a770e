"""PDOK's Locatieserver (v3_1, `/free`): from a postcode and a house number to a point with its accuracy.

It is told a postcode and a number, never who lives there. Whatever it answers, a look-up ends in a place or a problem.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

import httpx
import msgspec
from msgspec import Meta

from contracts.vocabulary import Latitude, Location, Longitude, PostalAddress
from policy_svc.domain.addresses import AddressError, HouseNumber, parse_house_number
from policy_svc.domain.positions import Hit, of_addresses, of_postcode

MOST_BYTES: Final = 1_048_576
"""Many times a hundred addresses, as many as are asked for at once."""
_MOST_HITS: Final = 100
_POINT: Final = re.compile(r"POINT ?\((-?[0-9]{1,3}(?:\.[0-9]{1,20})?) (-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\)")
"""Well-known text: longitude, then latitude."""
_FIELDS: Final = "postcode,huisnummer,huisletter,huisnummertoevoeging,centroide_ll"


class Problem(StrEnum):
    """Why there is no place."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    UNKNOWN_ADDRESS = "unknown_address"
    AMBIGUOUS = "ambiguous"


class LookupFailedError(Exception):
    """PDOK gave no usable answer; nothing of it, nor of the address, is repeated."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class _Document(msgspec.Struct):
    """A hit as PDOK writes it. Of a postcode it has no house number."""

    centroide_ll: Annotated[str, Meta(max_length=100)]
    postcode: str
    huisnummer: int | None = None
    huisletter: str | None = None
    huisnummertoevoeging: str | None = None


class _Hits(msgspec.Struct):
    docs: Annotated[list[_Document], Meta(max_length=_MOST_HITS)]


class _Reply(msgspec.Struct):
    response: _Hits


class _Point(msgspec.Struct):
    latitude: Latitude
    longitude: Longitude


# Not strict: numbers may come as texts.
_REPLY: Final = msgspec.json.Decoder(_Reply, strict=False)


def open_client(timeout_seconds: float) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """Return a client that follows nobody elsewhere and takes nothing from its environment."""
    return httpx.AsyncClient(
        timeout=timeout_seconds, follow_redirects=False, trust_env=False, headers={"Accept-Encoding": "identity"}
    )


async def locate(
    client: httpx.AsyncClient, *, url: str, address: PostalAddress, timeout_seconds: float
) -> Location | Problem:
    """Return where an address lies, or why that cannot be told now.

    `url` is the service's, ending in `/search/v3_1`. A number that the register does not know is looked up by its
    postcode alone, which is less accurate.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            return await _locate(client, url, address)
    except LookupFailedError as error:
        return error.problem
    except (httpx.HTTPError, TimeoutError):
        return Problem.UNREACHABLE


async def _locate(client: httpx.AsyncClient, url: str, address: PostalAddress) -> Location | Problem:
    wanted = _number_of(address)
    if wanted is not None:
        number = str(wanted.number)
        of_number = await _hits(client, url, address.postcode, "type:adres", number=number)
        if of_number:
            return of_addresses(of_number, wanted=wanted) or Problem.AMBIGUOUS
    of_area = await _hits(client, url, address.postcode, "type:postcode")
    return (of_postcode(of_area) or Problem.AMBIGUOUS) if of_area else Problem.UNKNOWN_ADDRESS


def _number_of(address: PostalAddress) -> HouseNumber | None:
    try:
        return parse_house_number(address.house_number)
    except AddressError:
        return None


async def _hits(
    client: httpx.AsyncClient, url: str, postcode: str, kind: str, *, number: str | None = None
) -> Sequence[Hit]:
    """Ask for the points of one kind; hits with another postcode or number than asked for count for nothing."""
    filters = [kind, f"postcode:{postcode}"] + ([f"huisnummer:{number}"] if number else [])
    query: list[tuple[str, str | int | float | bool | None]] = [
        ("q", postcode if number is None else f"{postcode} {number}"),
        *(("fq", each) for each in filters),
        ("fl", _FIELDS),
        ("rows", _MOST_HITS),
        ("wt", "json"),
    ]
    body = await _receive(client, httpx.Request("GET", f"{url}/free", params=query, headers=client.headers))
    try:
        documents = _REPLY.decode(body).response.docs
        return [
            _hit(document)
            for document in documents
            if document.postcode == postcode and (number is None or document.huisnummer == int(number))
        ]
    except (msgspec.MsgspecError, ValueError):
        raise LookupFailedError(Problem.UNREADABLE) from None


def _hit(document: _Document) -> Hit:
    found = _POINT.fullmatch(document.centroide_ll)
    if found is None:
        raise ValueError("no point")
    place = msgspec.convert({"longitude": _microdegrees(found[1]), "latitude": _microdegrees(found[2])}, _Point)
    letter, addition = (part.upper() if part else "" for part in (document.huisletter, document.huisnummertoevoeging))
    return Hit(place.latitude, place.longitude, letter, addition)


def _microdegrees(degrees: str) -> int:
    return round(Decimal(degrees) * 1_000_000)


async def _receive(client: httpx.AsyncClient, request: httpx.Request) -> bytes:
    response = await client.send(request, stream=True)
    try:
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise LookupFailedError(Problem.UNREACHABLE)
        if response.status_code != HTTPStatus.OK:
            raise LookupFailedError(Problem.REFUSED)
        if response.headers.get("content-encoding", "identity") != "identity":
            # Unpacking what we did not ask for could take any amount of memory.
            raise LookupFailedError(Problem.UNREADABLE)
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > MOST_BYTES:
                raise LookupFailedError(Problem.UNREADABLE)
        return bytes(body)
    finally:
        await response.aclose()
