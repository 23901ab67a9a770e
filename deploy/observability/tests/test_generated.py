"""What is committed is what would be written, in the form that Grafana and Prometheus read."""

import json
import shutil
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from observability import generated
from observability.__main__ import main
from observability.dashboards import DASHBOARDS
from observability.dashboards.layout import COLUMNS, placed
from observability.dashboards.model import Board

COMMITTED = sorted((generated.DIRECTORY / "grafana" / "dashboards").glob("*.json"))


def test_what_is_committed_is_up_to_date() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["write", "--check"])

    assert ended.value.code == 0


def test_a_file_that_is_changed_missing_or_written_no_more_is_named_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for directory in ("prometheus", "grafana"):
        shutil.copytree(generated.DIRECTORY / directory, tmp_path / directory)
    monkeypatch.setattr(generated, "DIRECTORY", tmp_path)
    (tmp_path / "prometheus" / "rules" / "alerts.yml").write_text("groups: []\n")
    (tmp_path / "grafana" / "dashboards" / "rain.json").unlink()
    (tmp_path / "grafana" / "dashboards" / "left.json").write_text("{}")

    with pytest.raises(SystemExit) as ended:
        main(["write", "--check"])
    assert ended.value.code == 1
    named = ("grafana/dashboards/left.json", "grafana/dashboards/rain.json", "prometheus/rules/alerts.yml")
    assert ", ".join(named) in capsys.readouterr().err

    with pytest.raises(SystemExit):
        main(["write"])
    assert generated.outdated(tmp_path) == []
    assert list((tmp_path / "prometheus" / "tests").glob("*.yml")), "what is written by hand stays"


@pytest.mark.parametrize("file", COMMITTED, ids=lambda file: file.stem)
def test_grafanas_library_reads_a_dashboard_and_writes_the_same(file: Path) -> None:
    text = file.read_text()

    read = Dashboard.from_json(json.loads(text))

    assert json.loads(json.dumps(read, cls=JSONEncoder)) == json.loads(text)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
def test_panels_fill_their_lines_and_cover_no_other(board: Board) -> None:
    taken = [
        (x, y)
        for place, _ in placed(board)
        for x in range(place.x, place.x + place.width)
        for y in range(place.y, place.y + place.height)
    ]

    assert len(taken) == len(set(taken))
    assert len(taken) == COLUMNS * (1 + max(y for _, y in taken)), "a gap"
