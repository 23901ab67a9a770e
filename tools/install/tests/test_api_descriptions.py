import sys
from pathlib import Path

import pytest

import api_descriptions

PROGRAM = "import os, sys\nprint('{name}', sys.argv[1:], os.environ.get('SPECIMEN_API'))\n"
SERVICE, SPECIMEN = "contracts/generated/openapi/thing-svc.json", "chassis/tests/specimen/openapi.json"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a service that has an API, one that has none, and a specimen."""
    for package in ("services/thing-svc/thing_svc", "services/dumb-svc/dumb_svc", "chassis/tests/specimen"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__main__.py").write_text(PROGRAM.format(name=Path(package).name))
    (tmp_path / "services/thing-svc/thing_svc/api.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "services/thing-svc"))
    monkeypatch.delenv("SPECIMEN_API", raising=False)
    monkeypatch.setattr(sys, "argv", ["api_descriptions.py"])
    return tmp_path


def test_what_each_service_with_an_api_prints_is_kept(root: Path) -> None:
    assert api_descriptions.main(root) == 0

    assert (root / SERVICE).read_text() == "thing_svc ['openapi'] None\n"
    assert (root / SPECIMEN).read_text() == "specimen ['openapi'] true\n"
    assert [path.name for path in (root / SERVICE).parent.iterdir()] == ["thing-svc.json"]


def test_check_names_what_is_out_of_date_and_changes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    api_descriptions.main(root)
    (root / SERVICE).write_text("changed by hand")
    forgotten = (root / SERVICE).with_name("gone-svc.json")
    forgotten.touch()
    monkeypatch.setattr(sys, "argv", ["api_descriptions.py", "--check"])

    assert api_descriptions.main(root) == 1
    complaint = capsys.readouterr().err
    assert "gone-svc.json, " + SERVICE in complaint
    assert SPECIMEN not in complaint
    assert (root / SERVICE).read_text() == "changed by hand"

    monkeypatch.setattr(sys, "argv", ["api_descriptions.py"])
    api_descriptions.main(root)
    assert not forgotten.exists()


def test_a_service_that_cannot_describe_itself_ends_the_run(root: Path) -> None:
    (root / "services/thing-svc/thing_svc/__main__.py").write_text("raise SystemExit(2)")

    with pytest.raises(SystemExit) as ended:
        api_descriptions.main(root)

    assert ended.value.code == 2
    assert not (root / SERVICE).exists()
