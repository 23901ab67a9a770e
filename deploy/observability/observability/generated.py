"""The files that are written from this package, and stay in the repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from observability.dashboards import DASHBOARDS
from observability.dashboards.grafana import dashboard_json
from observability.rules import ALERTS, OBJECTIVES
from observability.rules.model import rule_file
from observability.scraping import scrape_configuration

DIRECTORY = Path(__file__).resolve().parents[1]
MADE_BY = "make generate (deploy/observability)"
_KINDS = ("prometheus/*.yml", "prometheus/rules/*.yml", "grafana/dashboards/*.json")


def generated_files() -> Mapping[Path, str]:
    """Return the text of every file, by its place in the repository's `deploy/observability`."""
    return {
        Path("prometheus/prometheus.yml"): scrape_configuration(made_by=MADE_BY),
        Path("prometheus/rules/alerts.yml"): rule_file(ALERTS, made_by=MADE_BY),
        Path("prometheus/rules/objectives.yml"): rule_file(OBJECTIVES, made_by=MADE_BY),
        **{Path(f"grafana/dashboards/{board.name}.json"): dashboard_json(board) for board in DASHBOARDS},
    }


def write(directory: Path) -> None:
    """Write every file below `directory`, and remove those that are written no more."""
    for file in outdated(directory):
        if (text := generated_files().get(file)) is None:
            (directory / file).unlink()
        else:
            (directory / file).parent.mkdir(parents=True, exist_ok=True)
            (directory / file).write_text(text, encoding="utf-8")


def outdated(directory: Path) -> list[Path]:
    """Return the files below `directory` that are not as they would be written, are missing, or are written no more."""
    wanted = generated_files()
    found = {file: (directory / file).read_text(encoding="utf-8") for file in _there(directory)}
    return sorted(file for file in {*wanted, *found} if wanted.get(file) != found.get(file))


def _there(directory: Path) -> Iterator[Path]:
    return (file.relative_to(directory) for kind in _KINDS for file in directory.glob(kind))
