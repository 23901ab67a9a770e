"""What Prometheus' own tool says of its files; and what the alerts do in cases that are played through."""

import shutil
import subprocess
from pathlib import Path

import pytest

DIRECTORY = Path(__file__).resolve().parents[1] / "prometheus"
RULES = sorted(str(file) for file in (DIRECTORY / "rules").glob("*.yml"))
CASES = sorted((DIRECTORY / "tests").glob("*.yml"))

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not there (Debian: apt install prometheus)"
)


def promtool(*arguments: str) -> None:
    told = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_rules_are_rules() -> None:
    assert len(RULES) == 2
    promtool("check", "rules", *RULES)


def test_the_configuration_is_one() -> None:
    promtool("check", "config", str(DIRECTORY / "prometheus.yml"))


@pytest.mark.parametrize("cases", CASES, ids=lambda file: file.stem)
def test_an_alert_fires_when_it_has_to_and_not_before(cases: Path) -> None:
    promtool("test", "rules", str(cases))
