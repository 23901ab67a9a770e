"""What portal-svc answers: pages to people, and to operators what every service tells them."""

from __future__ import annotations

from chassis.http.api import Api
from contracts.access import PORTAL
from portal_svc.rooms import all_rooms
from portal_svc.web.answering import larger_pages, pages_app
from portal_svc.web.parts import Parts


def build_api(parts: Parts) -> Api:
    """Return the API with all pages."""
    pages = [page for room in all_rooms() for page in room.pages]
    return Api(
        title="portal-svc",
        version="1",
        access=PORTAL,
        pages=lambda door: pages_app(pages, parts, door),
        larger=larger_pages(pages),
    )
