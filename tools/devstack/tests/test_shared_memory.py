"""A server that was killed outright leaves no shared memory behind once its data is removed."""

import os
import signal
from pathlib import Path

from devstack.postgres.server import Postgres
from devstack.process.supervisor import Supervisor

SEGMENTS = Path("/proc/sysvipc/shm")


def segments_made_by(pid: int) -> list[str]:
    rows = [line.split() for line in SEGMENTS.read_text().splitlines()]
    creator = rows[0].index("cpid")
    return [row[1] for row in rows[1:] if row[creator] == str(pid)]


def test_the_segment_of_a_killed_server_goes_with_its_data(tmp_path: Path) -> None:
    with Supervisor(state_dir=tmp_path) as supervisor:
        postgres = Postgres(supervisor=supervisor)
        postgres.start()
        (server,) = [one for one in supervisor.record.processes if one.name == "postgres"]
        assert len(segments_made_by(server.identity.pid)) == 1
        os.kill(server.identity.pid, signal.SIGKILL)
        postgres.stop()

    assert segments_made_by(server.identity.pid) == []
