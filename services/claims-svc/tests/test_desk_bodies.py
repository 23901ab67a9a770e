"""What who works at claims must tell."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from claims_svc.routes.desk_bodies import ReasonText

_REASON: TypeAdapter[str] = TypeAdapter(ReasonText)


@pytest.mark.parametrize("text", ["   ", "\u200b\u2060", "\u202e \u00ad"], ids=["spaces", "no width", "direction"])
def test_what_nobody_can_see_is_no_reason(text: str) -> None:
    with pytest.raises(ValidationError, match="must say something"):
        _REASON.validate_python(text)


def test_a_reason_is_kept_without_the_spaces_around_it() -> None:
    assert _REASON.validate_python(" De dakgoot was verstopt ") == "De dakgoot was verstopt"
