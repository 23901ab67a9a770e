"""Tells what a text is that is not in KNMI's hourly layout, and what to do with it instead."""

from __future__ import annotations

from weather_svc.reading.coverage_json import ErrorBodyError, read_coverages
from weather_svc.reading.fields import shown
from weather_svc.reading.refusal import UnreadableError

_BEGINNINGS = {
    b"CDF": "it is NetCDF; use the text files of KNMI's hourly figures (uurgegevens) for the same hours",
    b"\x89HDF\r\n\x1a\n": "it is NetCDF; use the text files of KNMI's hourly figures (uurgegevens) for the same hours",
    b"\xff\xfe": "it is UTF-16; save it as UTF-8",
    b"\xfe\xff": "it is UTF-16; save it as UTF-8",
    b"PK": "it is an archive in an archive; unpack the outer one",
    b"\x1f\x8b": "it is an archive in an archive; unpack the outer one",
    b"%PDF": "it is a PDF document; use the text files of KNMI's hourly figures (uurgegevens)",
}
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"


def is_list(head: bytes) -> bool:
    """Whether it begins like the JSON of the script end point."""
    return head.lstrip(_BEFORE_JSON).startswith(b"[")


def is_object(head: bytes) -> bool:
    """Whether it begins like the JSON of the other interfaces."""
    return head.lstrip(_BEFORE_JSON).startswith(b"{")


def refuse_other_than_text(head: bytes) -> None:
    """Raise `UnreadableError` when what begins with `head` is no text with rows."""
    if not head:
        raise UnreadableError("it is empty; fetch it again")
    for beginning, sentence in _BEGINNINGS.items():
        if head.startswith(beginning):
            raise UnreadableError(sentence)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise UnreadableError("it is a web page or XML and no file of hourly figures; fetch it again")
    if b"\x00" in head:
        raise UnreadableError("it is no text; use the text files of KNMI's hourly figures (uurgegevens)")


def refuse_json_object(body: bytes) -> None:
    """Raise `UnreadableError` with what a JSON object is: a reply to one of our own questions, or an error."""
    try:
        read_coverages(body, parameters=("RH",))
    except ErrorBodyError as error:
        raise UnreadableError(f"KNMI answered with an error, {shown(error.text)}: {_remedy(error.text)}") from error
    raise UnreadableError("it is CoverageJSON, a reply of KNMI's EDR API; the service asks for those itself")


def _remedy(error: str) -> str:
    if "quota" in error or "rate limit" in error:
        return "the quota is used up; fetch it again after an hour"
    if "disallowed" in error or "key" in error or "unauthorized" in error:
        return "the key is wrong or has expired; get another one"
    return "fetch it again"
