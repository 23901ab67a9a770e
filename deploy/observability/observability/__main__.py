"""Write dashboards, alerts and objectives, and what Prometheus scrapes, from this package; or draw the dashboards."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from observability import generated
from observability.asking import Series, Span, ask, now_at, put_in_place
from observability.dashboards import DASHBOARDS
from observability.picture import page
from observability.services import SERVICES

POINTS_SECONDS = 15
"""As far apart as Prometheus scrapes."""
INTERVAL = "1m"
"""The window of rates: four scrapes, as Grafana would take it for so short a time."""


def main(argv: Sequence[str] | None = None) -> None:
    """Exit 0 when everything is written, or with `--check` was; else 1 and a sentence."""
    parser = argparse.ArgumentParser(prog="observability", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="write the files in deploy/observability")
    write.add_argument("--check", action="store_true", help="write nothing, and exit 1 when a file is not up to date")
    draw = commands.add_parser("draw", help="draw every dashboard into one page, by a Prometheus that runs")
    draw.add_argument("--prometheus", required=True, metavar="URL", help="where Prometheus answers")
    draw.add_argument("--minutes", type=int, default=15, help="how much of the past is drawn")
    draw.add_argument("--service", choices=SERVICES, default="claims-svc", help="whom the board of one service shows")
    draw.add_argument("--to", type=Path, required=True, metavar="FILE")
    arguments = parser.parse_args(argv)
    if arguments.command == "draw":
        sys.exit(_draw(arguments))
    sys.exit(_check() if arguments.check else _write())


def _draw(arguments: argparse.Namespace) -> int:
    now = now_at(arguments.prometheus)
    span = Span(start=now - 60 * arguments.minutes, end=now, step_seconds=POINTS_SECONDS)

    def asking(expr: str) -> list[Series]:
        query = put_in_place(expr, service=arguments.service, interval=INTERVAL)
        return ask(arguments.prometheus, query, span=span)

    arguments.to.write_text(page(DASHBOARDS, asking=asking, span=span), encoding="utf-8")
    return 0


def _check() -> int:
    if not (files := generated.outdated(generated.DIRECTORY)):
        return 0
    print(f"not up to date: {', '.join(map(str, files))}; run make generate", file=sys.stderr)
    return 1


def _write() -> int:
    generated.write(generated.DIRECTORY)
    return 0


if __name__ == "__main__":
    main()
