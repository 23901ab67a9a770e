"""Process: a trace collector that receives OTLP over HTTP and keeps every span as a line of `traces.jsonl`."""

import argparse
import asyncio
import gzip
import zlib
from pathlib import Path

import uvicorn
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from devstack.outside.journal import append_lines
from devstack.outside.lifecycle import report_ready, wait_for_stop
from devstack.outside.spans import spans_of
from devstack.process.ports import LOOPBACK

PROTOBUF = "application/x-protobuf"


def application(journal: Path) -> Starlette:
    """Answer `POST /v1/traces`, the protobuf form of OTLP/HTTP, compressed or not."""

    async def receive_traces(request: Request) -> Response:
        if request.headers.get("content-type") != PROTOBUF:
            return PlainTextResponse(f"only {PROTOBUF} is understood here", status_code=415)
        try:
            export = ExportTraceServiceRequest.FromString(_decompressed(request, await request.body()))
        except (DecodeError, OSError, EOFError, zlib.error):
            return PlainTextResponse("this is no ExportTraceServiceRequest", status_code=400)
        append_lines(journal, spans_of(export))
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type=PROTOBUF)

    return Starlette(routes=[Route("/v1/traces", receive_traces, methods=["POST"])])


def _decompressed(request: Request, body: bytes) -> bytes:
    match request.headers.get("content-encoding"):
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case _:
            return body


async def serve(*, host: str, port: int, directory: Path) -> None:
    app = application(directory / "traces.jsonl")
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
    arguments = parser.parse_args()
    asyncio.run(serve(host=arguments.host, port=arguments.port, directory=arguments.directory))


if __name__ == "__main__":
    main()
