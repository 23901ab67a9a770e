"""Process: serves the route. Every line on standard input is answered with the CPU time that it has used so far."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import socket
import sys
import time

import uvicorn
import uvloop

from bench.door.route import SERVICE, Served, bare, behind_the_door
from chassis.http.server import HttpServer
from chassis.telemetry.logs import configure_logs
from devstack.outside.lifecycle import report_ready
from devstack.process.ports import LOOPBACK


async def serve_bare(*, port: int) -> None:
    """Serve by FastAPI and uvicorn as they come."""
    server = uvicorn.Server(uvicorn.Config(bare(), log_config=None, access_log=False, lifespan="off"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[socket.create_server((LOOPBACK, port))]))
        await answer_launcher()
        server.should_exit = True


async def serve_door(*, port: int, issuer: str, jwks_url: str) -> None:
    """Serve as a service does."""
    server = HttpServer(behind_the_door(issuer=issuer, jwks_url=jwks_url), host=LOOPBACK, port=port, setting="API")
    await server.start()
    await answer_launcher()
    await server.stop()


async def answer_launcher() -> None:
    """Tell the CPU time as often as asked, until the launcher closes the standard input."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as in a service
    report_ready()
    questions = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    while await questions.readline():
        print(json.dumps({"cpu_microseconds": time.process_time_ns() / 1_000}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("served", type=Served, choices=list(Served))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", required=True)
    parser.add_argument("--jwks-url", required=True)
    arguments = parser.parse_args()
    configure_logs(service=SERVICE, level="info")
    served: Served = arguments.served
    match served:
        case Served.BARE:
            uvloop.run(serve_bare(port=arguments.port))
        case Served.DOOR:
            uvloop.run(serve_door(port=arguments.port, issuer=arguments.issuer, jwks_url=arguments.jwks_url))


if __name__ == "__main__":
    main()
