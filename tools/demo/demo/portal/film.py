"""A short film of the pictures that were kept: one moving WebP, which every browser shows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

FILM: Final = "portal.webp"
_MILLISECONDS_A_PICTURE: Final = 1_800
_WIDTH: Final = 390


def make_film(pictures: Path, film: Path) -> bool:
    """Write the film of all pictures in their order; return whether there was any picture."""
    frames = [_frame(path) for path in sorted(pictures.glob("*.png"))]
    if not frames:
        return False
    frames[0].save(
        film,
        save_all=True,
        append_images=frames[1:],
        duration=_MILLISECONDS_A_PICTURE,
        loop=0,
        quality=70,
        method=1,
    )
    return True


def _frame(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        height = round(picture.height * _WIDTH / picture.width)
        return picture.convert("RGB").resize((_WIDTH, height))
