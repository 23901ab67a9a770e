from __future__ import annotations

from typing import cast

from bench import documents


async def test_documents_are_measured_beside_an_empty_page() -> None:
    figures = await documents.measure(documents=3)

    schedule, empty = (cast("dict[str, object]", figures[f"{name}, p50"]) for name in ("schedule", "empty page"))
    assert schedule["goal"] == 50
    assert "goal" not in empty
    assert cast("float", schedule["value"]) > cast("float", empty["value"]) > 0
