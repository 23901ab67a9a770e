"""Everything portal-svc does."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Runtime, Service, Worker
from contracts.topics import CATALOGUE
from portal_svc.api import build_api
from portal_svc.clients.services import TransportOf
from portal_svc.rooms import all_rooms
from portal_svc.settings import Settings
from portal_svc.web.parts import Parts
from portal_svc.web.rendering import environment
from portal_svc.workers.clean_up import clean_up

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings, *, transport_of: TransportOf = lambda _: None) -> Service:
    """Return the service; `transport_of` lets tests stand in for the other services."""
    environment()
    menu = [entry for room in all_rooms() for entry in room.menu]
    parts = Parts.of(settings, menu=menu, transport_of=transport_of)

    async def keep_connections(runtime: Runtime) -> None:
        await runtime.stopping.wait()
        await parts.services.close()

    return Service(
        name="portal-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        workers=(Worker("clean-up", clean_up), Worker("connections", keep_connections)),
        api=build_api(parts),
    )
