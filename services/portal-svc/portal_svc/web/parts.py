"""What every page works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_svc.clients.oauth import OAuthClient
from portal_svc.clients.services import ServiceName, Services, TransportOf
from portal_svc.keys import PortalKeys
from portal_svc.settings import Settings
from portal_svc.web.room import MenuEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Settings, and what follows from them."""

    settings: Settings
    keys: PortalKeys = field(repr=False)
    services: Services
    oauth: OAuthClient
    menu: Sequence[MenuEntry]

    @classmethod
    def of(cls, settings: Settings, *, menu: Sequence[MenuEntry], transport_of: TransportOf) -> Parts:
        """Return them; `transport_of` lets tests stand in for services."""
        services = Services(settings, transport_of=transport_of)
        return cls(
            settings=settings,
            keys=PortalKeys(settings.portal_keys.get_secret_value()),
            services=services,
            oauth=OAuthClient(settings, services.client(ServiceName.AUTH)),
            menu=sorted(menu, key=lambda entry: entry.order),
        )
