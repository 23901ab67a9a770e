"""What the service does besides answering: it asks KNMI where the settings have an address."""

from __future__ import annotations

from chassis.service import Worker
from weather_svc.settings import Settings
from weather_svc.sources.notifications import Listener
from weather_svc.sources.poller import Poller


def workers(settings: Settings) -> tuple[Worker, ...]:
    """Return the workers; none when nothing is to be asked."""
    if not (settings.knmi_edr_url or settings.knmi_script_url or settings.knmi_bulk_url):
        return ()
    poller = Poller(settings)
    found = [Worker("knmi", poller.run)]
    if settings.knmi_notification_url is not None:
        found.append(Worker("knmi-notifications", Listener(settings, poller.wake).run))
    return tuple(found)
