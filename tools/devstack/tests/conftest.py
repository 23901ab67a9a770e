"""One outside world for all tests of a session; each test looks only at what has been received since it began."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.outside.world import OutsideWorld
from devstack.process.supervisor import Supervisor


@pytest.fixture(scope="session")
def world_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="session")
def running_world(world_directory: Path) -> Iterator[OutsideWorld]:
    with Supervisor(state_dir=world_directory / "state") as supervisor:
        world = OutsideWorld(supervisor=supervisor, directory=world_directory)
        for server in world.servers():
            server.start()
        yield world


@pytest.fixture
def world(running_world: OutsideWorld) -> OutsideWorld:
    running_world.set_mail_faults()
    running_world.set_sms_faults()
    return running_world
