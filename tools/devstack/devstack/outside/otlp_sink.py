"""Process: a trace collector that receives OTLP over HTTP and keeps every span as a line of `traces.jsonl`.

With `--forward URL` it hands on what it receives to a store that shows traces; what that does not take is dropped.
"""

import argparse
import asyncio
import gzip
import urllib.request
import zlib
from contextlib import suppress
from pathlib import Path

import uvicorn
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from devstack.outside.journal import append_lines
from devstack.outside.lifecycle import report_ready, wait_for_stop
from devstack.outside.spans import spans_of
from devstack.process.ports import LOOPBACK

PROTOBUF = "application/x-protobuf"
LONGEST_FORWARD_SECONDS = 5.0


def application(journal: Path, *, forward: str | None = None) -> Starlette:
    """Answer `POST /v1/traces`, the protobuf form of OTLP/HTTP, compressed or not; hand it on to the URL `forward`."""

    async def receive_traces(request: Request) -> Response:
        if request.headers.get("content-type") != PROTOBUF:
            return PlainTextResponse(f"only {PROTOBUF} is understood here", status_code=415)
        try:
            export = ExportTraceServiceRequest.FromString(_decompressed(request, await request.body()))
        except (DecodeError, OSError, EOFError, zlib.error):
            return PlainTextResponse("this is no ExportTraceServiceRequest", status_code=400)
        append_lines(journal, spans_of(export))
        background = BackgroundTask(_hand_on, forward, export.SerializeToString()) if forward else None
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type=PROTOBUF, background=background)

    return Starlette(routes=[Route("/v1/traces", receive_traces, methods=["POST"])])


def _hand_on(url: str, export: bytes) -> None:
    """Send `export` to another collector, from a thread; one that is away is not waited for."""
    request = urllib.request.Request(url, data=export, headers={"Content-Type": PROTOBUF})  # noqa: S310 - told by who starts it
    with suppress(OSError), urllib.request.urlopen(request, timeout=LONGEST_FORWARD_SECONDS):  # noqa: S310
        pass


def _decompressed(request: Request, body: bytes) -> bytes:
    match request.headers.get("content-encoding"):
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case _:
            return body


async def serve(*, host: str, port: int, directory: Path, forward: str | None) -> None:
    app = application(directory / "traces.jsonl", forward=forward)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if not serving.done():
        report_ready()
        await wait_for_stop()
        server.should_exit = True
    await serving


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--forward", metavar="URL", help="where everything is sent on to, as OTLP over HTTP")
    arguments = parser.parse_args()
    asyncio.run(
        serve(host=arguments.host, port=arguments.port, directory=arguments.directory, forward=arguments.forward)
    )


if __name__ == "__main__":
    main()
