"""Pictures of every e-mail of the preview, to be looked at: `python tests/mail_pictures.py DIRECTORY [KEY...]`.

Each in both languages, as on a computer and on a phone of 360 pixels, light and dark.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from chromium import empty_page

from contracts.vocabulary import Language
from notify_svc.commands.preview import messages, page_by_itself

SCREENS = {"computer": 680, "phone": 360}


async def _take(directory: Path, keys: list[str]) -> None:
    with tempfile.TemporaryDirectory() as profile:
        async with empty_page(Path(profile)) as page:
            for language in Language:
                for message in (write() for write in messages(language)):
                    if message.mail is None or (keys and message.key not in keys):
                        continue
                    for screen, width in SCREENS.items():
                        for scheme in ("light", "dark"):
                            wide = await page.show(page_by_itself(message.mail), width=width, is_dark=scheme == "dark")
                            name = f"{message.key}.{language.value}.{screen}.{scheme}.png"
                            (directory / name).write_bytes(await page.picture())
                            if wide > width:
                                sys.stdout.write(f"{name} is {wide} wide\n")


if __name__ == "__main__":
    to = Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    asyncio.run(_take(to, sys.argv[2:]))
