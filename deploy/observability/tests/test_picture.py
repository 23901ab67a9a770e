"""The drawn page shows every panel with its newest figure, and says where there is none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typing_extensions import override

from observability.__main__ import main
from observability.asking import QueryRefusedError, Series, Span, ask, put_in_place
from observability.dashboards.model import Board, Look, Panel, Query, Row, Unit
from observability.picture import page, shown

SPAN = Span(start=0, end=100, step_seconds=50)


def board(*panels: Panel) -> Board:
    return Board(name="b", title="A board", description="", rows=(Row("A row", panels),))


def asking(expr: str) -> list[Series]:
    if expr == "nothing":
        return []
    return [Series({"consumer": "<c>"}, [(0, 1.0), (50, 2.0), (100, 3.0)])]


def test_a_page_holds_figures_lines_and_where_there_is_nothing() -> None:
    drawn = page(
        [
            board(
                Panel(title="F", queries=(Query("x"),), meaning="m", look=Look.NUMBER, limit=2, unit=Unit.SECONDS),
                Panel(title="N", queries=(Query("nothing"),), meaning="m"),
                Panel(title="L", queries=(Query("x", "{{consumer}}"), Query("x", "y")), meaning="m", look=Look.STACK),
            )
        ],
        asking=asking,
        span=SPAN,
    )

    assert '<div class="figure alarming">3.00 s</div>' in drawn
    assert "No data" in drawn
    assert "&lt;c&gt;" in drawn
    assert drawn.count("<polyline") == 2
    assert ">6<" in drawn, "lines on top of each other end at their sum"


@pytest.mark.parametrize("look", [Look.LINES, Look.STACK])
@pytest.mark.parametrize(
    ("points", "pieces", "alone"),
    [
        ([(0, 1), (10, 2), (20, 3), (30, 4)], 1, 0),
        ([(0, 1), (10, 2), (70, 3), (80, 4)], 2, 0),
        ([(0, 1), (10, 2), (20, float("nan")), (30, 3), (40, 4)], 2, 0),
        ([(0, 1), (10, float("inf")), (20, 3), (30, 4)], 1, 1),
        ([(50, 1)], 0, 1),
    ],
    ids=["whole", "nothing was measured", "no figure", "a figure alone", "one figure"],
)
def test_a_gap_in_the_data_is_a_gap_in_the_line(
    look: Look, points: list[tuple[float, float]], pieces: int, alone: int
) -> None:
    drawn = page(
        [board(Panel(title="L", queries=(Query("x"),), meaning="m", look=look))],
        asking=lambda _: [Series({}, points)],
        span=Span(start=0, end=100, step_seconds=10),
    )

    assert (drawn.count("<polyline"), drawn.count("<circle")) == (pieces, alone)


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        (0.25, Unit.SHARE, "25.0%"),
        (0.002, Unit.SECONDS, "2 ms"),
        (90, Unit.SECONDS, "1.5 min"),
        (7_200, Unit.SECONDS, "2.0 h"),
        (2**21, Unit.BYTES, "2 MiB"),
        (1_590, Unit.EUROS, "€1,590"),
        (0.5, Unit.A_SECOND, "0.5/s"),
        (12_345, Unit.NUMBER, "12,345"),
    ],
)
def test_a_figure_is_written_as_somebody_reads_it(figure: float, unit: Unit, text: str) -> None:
    assert shown(figure, unit) == text


def test_a_query_gets_the_service_and_the_window_that_grafana_would_put_there() -> None:
    query = 'rate(x{job="$service"}[$__rate_interval])'

    assert put_in_place(query, service="claims-svc", interval="1m") == 'rate(x{job="claims-svc"}[1m])'


@pytest.fixture
def prometheus() -> Iterator[str]:
    """Something that answers as Prometheus does, and refuses what has no closing bracket."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)["query"][0]
            matrix = [{"metric": {"job": "claims-svc"}, "values": [[1_000, "1"], [1_015, "2"]]}]
            body = {"data": {"result": [1_020, "1020"] if asked == "time()" else matrix}}
            self.send_response(400 if asked.count("(") != asked.count(")") else 200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        @override
        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_query_that_is_refused_is_told(prometheus: str) -> None:
    with pytest.raises(QueryRefusedError, match="sum"):
        ask(prometheus, "sum(x", span=SPAN)


def test_every_dashboard_is_drawn_into_one_page(prometheus: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["draw", "--prometheus", prometheus, "--to", str(tmp_path / "page.html")])

    assert ended.value.code == 0
    text = (tmp_path / "page.html").read_text()
    assert [
        name for name in ("Flow of a storm", "One service", "Rain", "Messages", "Security") if name not in text
    ] == []
    assert "No data" not in text
