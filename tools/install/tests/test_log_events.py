import sys
from pathlib import Path

import pytest

import log_events
from log_events import LogCall, UnclearCallError

PACKAGE = "services/thing-svc/thing_svc"
CODE = """
log.info("thing.made", size=3, trace=trace, **ids)
log.exception("thing.failed")
log.log(level if bad else other, "thing.moved", to=1)
work.after_commit(partial(log.warning, "thing.lost", name="x"))
info_each("thing.seen", rows)
math.log(3)
logged.info("no call of the logger")
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one module that logs, and the list of what that means."""
    (tmp_path / PACKAGE).mkdir(parents=True)
    (tmp_path / PACKAGE / "flows.py").write_text(CODE)
    (tmp_path / "docs").mkdir()
    meanings = {call.event: f"What {call.event} means" for call in log_events.calls(tmp_path)}
    monkeypatch.setattr(log_events, "MEANINGS", meanings)
    monkeypatch.setattr(sys, "argv", ["log_events.py"])
    return tmp_path


def test_every_way_to_log_is_found(root: Path) -> None:
    assert sorted(log_events.calls(root)) == [
        LogCall("thing.failed", "error", "thing-svc", frozenset()),
        LogCall("thing.lost", "warning", "thing-svc", frozenset({"name"})),
        LogCall("thing.made", "info", "thing-svc", frozenset({"size"})),
        LogCall("thing.moved", "warning or error", "thing-svc", frozenset({"to"})),
        LogCall("thing.seen", "info", "thing-svc", frozenset()),
    ]


def test_an_event_that_cannot_be_read_off_the_code_is_refused(root: Path) -> None:
    (root / PACKAGE / "other.py").write_text("log.info(event)")

    with pytest.raises(UnclearCallError, match=r"other\.py:1"):
        list(log_events.calls(root))


@pytest.mark.parametrize("change", ["more is logged", "more is listed"])
def test_the_list_holds_just_what_is_logged(root: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    if change == "more is logged":
        (root / PACKAGE / "other.py").write_text("log.info('thing.new')")
    else:
        known = {call.event: "What it means" for call in log_events.calls(root)}
        monkeypatch.setattr(log_events, "MEANINGS", {**known, "thing.new": "Nothing"})

    with pytest.raises(SystemExit, match=r"thing\.new"):
        log_events.document(root)


def test_check_says_that_the_list_is_out_of_date_and_changes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert log_events.main(root) == 0
    path = root / log_events.DOCUMENT
    assert "| `thing.lost` | warning | thing-svc | What thing.lost means | `name` |" in path.read_text()

    monkeypatch.setattr(sys, "argv", ["log_events.py", "--check"])
    assert log_events.main(root) == 0
    path.write_text("changed by hand")
    assert log_events.main(root) == 1
    assert "docs/log-events.md" in capsys.readouterr().err
    assert path.read_text() == "changed by hand"
