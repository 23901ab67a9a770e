"""What was written in any of KNMI's layouts is read back, and a text that was cut anywhere changes no figure."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from knmi_files import figures, read
from rain_samples import at

from weather_svc.reading.refusal import UnreadableError

Rows = dict[tuple[int, datetime], int]
"""By station and end of the hour: tenths, -1 for a trace, -2 for no figure."""
_COMMENTS = (
    "",
    "# SOURCE: KNMI\n# STN      LON(east)   LAT(north)     ALT(m)  NAME\n",
    "BRON: KNMI\n\nHH   = tijd (UT)\n",
)
_COLUMNS = (
    ("STN", "YYYYMMDD", "HH", "DR", "RH"),
    ("STN", "YYYYMMDD", "H", "RH"),
    ("STN", "YYYYMMDD", "HH", "DD", "T", "DR", "RH", "P"),
    ("RH", "HH", "DR", "YYYYMMDD", "STN"),
)
Written = tuple[Rows, bool, bytes]
"""What was written, whether padded, and the text."""


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    figure = st.one_of(st.sampled_from([-2, -1, 0]), st.integers(0, 5_000))
    said: Rows = {}
    for station in draw(st.lists(st.sampled_from([260, 377, 391]), min_size=1, max_size=2, unique=True)):
        first = at("2021-07-14T20:00") + timedelta(hours=draw(st.integers(-20_000, 20_000)))
        for place, found in enumerate(draw(st.lists(figure, min_size=1, max_size=30))):
            said[station, first + timedelta(hours=place)] = found
    return said


@st.composite
def texts(draw: st.DrawFn) -> Written:
    """Return rows, and how KNMI, or a program that saved them again without padding, could have written them."""
    said, names, is_padded = draw(rows()), draw(st.sampled_from(_COLUMNS)), draw(st.booleans())
    lines = [",".join(_padded(name, name) if is_padded else name for name in names)]
    for (station, ends_at), figure in said.items():
        begins_at = ends_at - timedelta(hours=1)
        fields = {"STN": str(station), "YYYYMMDD": f"{begins_at:%Y%m%d}", "T": "-12", "DD": "", "P": "10143", "DR": ""}
        fields |= {hour: str(begins_at.hour + 1) for hour in ("HH", "H")} | {"RH": "" if figure == -2 else str(figure)}
        lines.append(",".join(_padded(fields[name], name) if is_padded else fields[name] for name in names))
    if names[0] == "STN" and is_padded:
        lines[0] = lines[0].replace("  STN", "# STN")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return said, is_padded, (draw(st.sampled_from(_COMMENTS)).replace("\n", end) + end.join(lines) + end).encode()


def _padded(text: str, name: str) -> str:
    return text.rjust(8 if name == "YYYYMMDD" else 5)


def _written(said: Rows) -> dict[tuple[int, str], int]:
    return {(station, f"{ends_at:%Y-%m-%dT%H:%M}"): figure for (station, ends_at), figure in said.items()}


def _read(text: bytes) -> dict[tuple[int, str], int]:
    return figures(read(text, rain_stations={260, 377, 391}))


@given(texts())
def test_what_was_written_in_any_layout_is_read_back(written: Written) -> None:
    said, _, text = written
    assert _read(text) == _written(said)


@given(texts(), st.data())
def test_a_text_that_was_cut_is_refused_or_says_nothing_else(written: Written, data: st.DataObject) -> None:
    said, is_padded, text = written
    kept = text[: data.draw(st.integers(0, len(text) - 1))]
    if data.draw(st.booleans(), label="a line end was put behind it") and not kept.endswith((b"\n", b"\r")):
        assume(is_padded)  # without, nothing tells a shorter figure from one that was cut
        kept += b"\n"
    try:
        found = _read(kept)
    except UnreadableError:
        return
    assert found.items() <= _written(said).items()
