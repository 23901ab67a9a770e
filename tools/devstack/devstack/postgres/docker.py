"""PostgreSQL as its official image, on this machine's Docker."""

import secrets

import asyncpg

from devstack.postgres.settings import as_options, server_settings
from devstack.process.container import Container
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor
from devstack.waiting import run_blocking

IMAGE = "postgres:18-alpine"


class DockerPostgres:
    """A server in a container, empty at its first start."""

    name = "postgres"

    def __init__(self, *, supervisor: Supervisor, durable: bool = False) -> None:
        port, password = free_port(), secrets.token_urlsafe(24)
        self.database_url = f"postgresql://postgres:{password}@{LOOPBACK}:{port}/postgres"
        self._container = Container(supervisor=supervisor, purpose="postgres", image=IMAGE, port=port, inner_port=5432)
        self._container.configure(
            environment={"POSTGRES_PASSWORD": password},
            command=["postgres", *as_options(server_settings(durable=durable))],
        )

    def start(self) -> None:
        self._container.start(is_ready=self._answers)

    def is_running(self) -> bool:
        return self._container.is_running()

    def stop(self) -> None:
        self._container.stop()

    def kill(self) -> None:
        self._container.kill()

    def _answers(self) -> bool:
        try:
            run_blocking(_connect_once(self.database_url))
        except (OSError, asyncpg.PostgresError):
            return False
        return True


async def _connect_once(database_url: str) -> None:
    connection = await asyncpg.connect(database_url, timeout=5)
    await connection.close()
