"""Readiness probe for a Kafka broker."""

import socket
import struct

API_VERSIONS = 18
CORRELATION_ID = 1
CLIENT_ID = b"devstack"
TIMEOUT_SECONDS = 2


def broker_answers(host: str, port: int) -> bool:
    """Whether a broker answers an ApiVersions request; Docker's proxy holds the port open without one."""
    request = struct.pack(">hhih", API_VERSIONS, 0, CORRELATION_ID, len(CLIENT_ID)) + CLIENT_ID
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            # The response begins with its length and the correlation id of the request.
            return connection.recv(8)[4:] == struct.pack(">i", CORRELATION_ID)
    except OSError:
        return False
