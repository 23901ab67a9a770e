"""The font of everything that services print as PDF, and what it can show. What is printed each service arranges."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parent / "fonts"
"""Source Sans 3 (OFL), regular and bold."""
FONT: Final = FONTS / "SourceSans3_400Regular.ttf"
