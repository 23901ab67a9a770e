from __future__ import annotations

import pytest
from described_platform import TOKEN, DescribedPlatform


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> DescribedPlatform:
    for name in ("AUTH", "CLAIMS", "NOTIFY", "POLICY", "WEATHER"):
        monkeypatch.delenv(f"WATER_{name}_URL", raising=False)
    monkeypatch.setenv("WATER_TOKEN", TOKEN)
    return DescribedPlatform()
