"""Process: answers for all services what their descriptions give as examples, so that the portal alone works."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DESCRIPTIONS: Final = Path(__file__).parents[4] / "contracts" / "generated" / "openapi"
SERVICES: Final = ("auth", "policy", "claims", "weather", "notify")
_PARAMETER: Final = re.compile(r"\\{\w+\\}")


def examples(service: str) -> list[tuple[re.Pattern[str], bytes]]:
    """Return what every GET of a service answers, the paths with the fewest parameters first."""
    paths: Mapping[str, Any] = json.loads((DESCRIPTIONS / f"{service}-svc.json").read_text())["paths"]
    found = []
    for path in sorted(paths, key=lambda path: path.count("{")):
        answer = paths[path].get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        example = answer.get("application/json", {}).get("example")
        if example is not None:
            pattern = re.compile(f"/{service}" + _PARAMETER.sub("[^/]+", re.escape(path)))
            found.append((pattern, json.dumps(example).encode()))
    return found


class Answering:
    """Answers over connections that stay open, from memory, with as little work as may be."""

    def __init__(self) -> None:
        self._examples = [one for service in SERVICES for one in examples(service)]
        self._known: dict[str, bytes] = {}

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the connection is closed."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode().partition("?")[0]
                if path not in self._known:
                    self._known[path] = self._answer(path)
                writer.write(self._known[path])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, path: str) -> bytes:
        body = next((body for pattern, body in self._examples if pattern.fullmatch(path)), None)
        status = "404 Not Found" if body is None else "200 OK"
        body = body or b"{}"
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.start_server(Answering(), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
