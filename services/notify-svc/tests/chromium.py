"""Chromium without a window, asked by DevTools: what a page looks like, and what is read aloud of it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_LONGEST_ANSWER_BYTES = 64_000_000
# It reads commands from 3 and writes answers to 4.
_AT_3_AND_4 = (
    "import os, sys; [os.dup2(int(n), at) for at, n in zip((3, 4), sys.argv[1:3])]; os.execv(sys.argv[3], sys.argv[3:])"
)


@dataclass(frozen=True)
class Page:
    """A page in Chromium."""

    answers: asyncio.StreamReader
    commands: int
    numbers: count[int]
    session: str | None = None

    async def ask(self, method: str, **parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
        """Send one command of the DevTools protocol; return its result."""
        number = next(self.numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            answer = json.loads((await self.answers.readuntil(b"\0"))[:-1])
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: Mapping[str, Any] = answer["result"]
                return result

    async def show(self, markup: str, *, width: int, is_dark: bool) -> int:
        """Show `markup` on a screen of `width` pixels; return how wide the page wants to be."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        await self.ask("Page.setDocumentContent", frameId=await self._frame(), html=markup)
        script = (
            "Promise.all([...document.images].map(i => i.decode())).then(() => document.documentElement.scrollWidth)"
        )
        wide = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return int(wide["result"]["value"])

    async def picture(self) -> bytes:
        """Return all of the page as PNG."""
        taken = await self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return b64decode(taken["data"])

    async def read_aloud(self) -> Sequence[tuple[str, str]]:
        """Return role and name of what a screen reader meets, in its order; of tables for layout nothing."""
        await self.ask("Accessibility.enable")
        nodes = (await self.ask("Accessibility.getFullAXTree"))["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}

        def below(node: Mapping[str, Any]) -> list[tuple[str, str]]:
            own = [] if node.get("ignored") else [(node["role"]["value"], node.get("name", {}).get("value", ""))]
            return own + [one for child in node.get("childIds", ()) if child in by_id for one in below(by_id[child])]

        return below(nodes[0])

    async def _frame(self) -> str:
        return str((await self.ask("Page.getFrameTree"))["frameTree"]["frame"]["id"])


@asynccontextmanager
async def empty_page(profile: Path) -> AsyncIterator[Page]:
    """Open a page that fetches nothing from anywhere."""
    assert CHROMIUM is not None
    to_read, commands = os.pipe()
    answers, to_write = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _AT_3_AND_4, str(to_read), str(to_write), CHROMIUM),
        *("--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars"),
        *("--no-first-run", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND"),
        f"--user-data-dir={profile}",
        pass_fds=(to_read, to_write),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        reader = asyncio.StreamReader(limit=_LONGEST_ANSWER_BYTES)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers, "rb"))
        browser = Page(reader, commands, count(1))
        target = (await browser.ask("Target.createTarget", url="about:blank"))["targetId"]
        session = (await browser.ask("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        yield Page(reader, commands, browser.numbers, session)
    finally:
        os.close(commands)
        process.kill()
        await process.wait()
