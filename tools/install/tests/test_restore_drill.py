"""The drill of a restore brings back what it should."""

import pytest

from restore_drill import DONE, main


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_database_comes_back_as_it_was_at_a_moment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == DONE
    assert "Restored to the moment." in capsys.readouterr().out
