"""Docker's client, as far as clean-up needs it."""

import contextlib
from collections.abc import Iterator, Sequence

from docker.errors import DockerException, NotFound  # type: ignore[import-untyped]
from testcontainers.core.docker_client import DockerClient

from devstack.errors import DevstackError


@contextlib.contextmanager
def docker_errors() -> Iterator[None]:
    """Turn what Docker's client raises into a sentence for the reader."""
    try:
        yield
    except DockerException as error:
        raise DevstackError(f"Docker refuses: {error}; start it, or use STACK=jvm or STACK=embedded") from error


def remove_containers(names: Sequence[str]) -> None:
    """Remove containers with their data; those that are gone already are no error."""
    with docker_errors():
        client = DockerClient().client
        for name in names:
            with contextlib.suppress(NotFound):
                client.containers.get(name).remove(force=True, v=True)
        client.close()
