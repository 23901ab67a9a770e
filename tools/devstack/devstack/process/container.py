"""A Docker container that ends with its launcher."""

from collections.abc import Callable, Mapping, Sequence

from testcontainers.core.container import DockerContainer

from devstack.errors import DevstackError
from devstack.process.docker_client import docker_errors
from devstack.process.ports import LOOPBACK
from devstack.process.supervisor import Supervisor
from devstack.progress import report
from devstack.waiting import wait_until

START_SECONDS = 120
STOP_SECONDS = 20
PAUSE_SECONDS = 0.25
LABEL = "water-devstack.run"
LOG_TAIL_LINES = 12


class Container:
    """A container whose `inner_port` is reached at `port` on loopback: the same address after every start."""

    def __init__(self, *, supervisor: Supervisor, purpose: str, image: str, port: int, inner_port: int) -> None:
        self._supervisor = supervisor
        self._image = image
        self._name = f"water-devstack-{supervisor.record.run_id}-{purpose}"
        with docker_errors():
            self._container = DockerContainer(image, name=self._name)
        self._container.ports[f"{inner_port}/tcp"] = (LOOPBACK, port)  # type: ignore[assignment]
        self._container.with_kwargs(labels={LABEL: supervisor.record.run_id})
        self._is_created = False

    def configure(self, *, environment: Mapping[str, str], command: Sequence[str] = ()) -> None:
        """Set the container's environment and, where given, its command; before the first start."""
        self._container.with_envs(**environment)
        if command:
            self._container.with_command(list(command))

    def start(self, *, is_ready: Callable[[], bool]) -> None:
        """Start it, with its data after `stop` or `kill`, and wait until it is ready."""
        with docker_errors():
            if self._is_created:
                self._container.get_wrapped_container().start()
            else:
                self._create()
            wait_until(
                lambda: is_ready() or not self._runs(),
                deadline_seconds=START_SECONDS,
                pause_seconds=PAUSE_SECONDS,
            )
            if not self._runs() or not is_ready():
                raise DevstackError(f"{self._image} did not start; the end of its log:\n{self._log_tail()}")

    def is_running(self) -> bool:
        with docker_errors():
            return self._is_created and self._runs()

    def stop(self) -> None:
        with docker_errors():
            self._container.get_wrapped_container().stop(timeout=STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        with docker_errors():
            self._container.get_wrapped_container().kill()

    def _create(self) -> None:
        self._supervisor.note_container(self._name)
        report(f"starting {self._image} in Docker")
        self._container.start()
        self._is_created = True

    def _runs(self) -> bool:
        container = self._container.get_wrapped_container()
        container.reload()
        return bool(container.status == "running")

    def _log_tail(self) -> str:
        logged: bytes = self._container.get_wrapped_container().logs(tail=LOG_TAIL_LINES)
        return logged.decode(errors="replace")
