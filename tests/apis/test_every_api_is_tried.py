"""Each service that answers by HTTP lets Schemathesis try its API by the description that is committed."""

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def untried(root: Path) -> Sequence[str]:
    """Return the services of which no test tries the API."""
    services = [file.parents[1] for file in sorted(root.glob("services/*/*/api.py"))]
    return [service.name for service in services if not any(map(tries, service.glob("tests/**/test_*.py")))]


def tries(test: Path) -> bool:
    text = test.read_text()
    return "from devstack.api_fuzz import fuzz" in text and "await fuzz(" in text


def test_every_api_is_tried() -> None:
    assert untried(ROOT) == []


def test_an_api_that_nobody_tries_is_named(tmp_path: Path) -> None:
    for service in ("mute", "tried", "untried"):
        (tmp_path / f"services/{service}-svc/tests").mkdir(parents=True)
        (tmp_path / f"services/{service}-svc/{service}_svc").mkdir()
        (tmp_path / f"services/{service}-svc/tests/test_{service}_api.py").touch()
    for service in ("tried", "untried"):
        (tmp_path / f"services/{service}-svc/{service}_svc/api.py").touch()
    trying = "from devstack.api_fuzz import fuzz\n\n\nasync def test_it() -> None:\n    await fuzz()\n"
    (tmp_path / "services/tried-svc/tests/test_tried_api.py").write_text(trying)

    assert untried(tmp_path) == ["untried-svc"]
