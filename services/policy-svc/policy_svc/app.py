"""Everything policy-svc consumes and does."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Consumer, Service, TimerHandler, Worker
from contracts.personal_data import CUSTOMER_DATA_PROVIDED
from contracts.repairs import REPAIR_CONTACT_RELEASED
from contracts.topics import CATALOGUE
from policy_svc.api import build_api
from policy_svc.commands import COMMANDS
from policy_svc.flows import personal_data, repair_contacts
from policy_svc.flows.moved_letters import MOVED_LETTERS, send_letters_to_the_new_home
from policy_svc.flows.personal_data import PERSONAL_DATA_DEADLINE, PERSONAL_DATA_DELETION, Collector
from policy_svc.flows.previews import EXPIRED_PREVIEWS, delete_expired
from policy_svc.flows.quotes import EXPIRED_QUOTES, delete_expired_quotes
from policy_svc.flows.renewals import renew_due
from policy_svc.flows.versions import RENEWALS
from policy_svc.locating.worker import Locator
from policy_svc.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    return Service(
        name="policy-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        commands=COMMANDS,
        timers=(
            TimerHandler(RENEWALS, renew_due, at_once=1),
            TimerHandler(EXPIRED_PREVIEWS, delete_expired),
            TimerHandler(EXPIRED_QUOTES, delete_expired_quotes),
            TimerHandler(PERSONAL_DATA_DEADLINE, personal_data.give_up),
            TimerHandler(PERSONAL_DATA_DELETION, personal_data.delete),
            TimerHandler(MOVED_LETTERS, send_letters_to_the_new_home, at_once=1),
        ),
        consumers=(
            Consumer(CUSTOMER_DATA_PROVIDED, Collector(settings.opener).collect),
            Consumer(REPAIR_CONTACT_RELEASED, repair_contacts.keep),
        ),
        workers=(Worker("positions", Locator(settings).run),),
        api=build_api(settings),
    )
