"""Everything auth-svc consumes and does."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from auth_svc import figures
from auth_svc.api import build_api
from auth_svc.commands.clients import CLIENTS
from auth_svc.commands.keys import keys_command
from auth_svc.commands.staff import staff_command
from auth_svc.flows.asked import ANSWER_ASKED
from auth_svc.handlers import AskedHandler, store_customers
from auth_svc.parts import Parts
from auth_svc.repository import customer_data
from auth_svc.settings import Settings
from auth_svc.workers import clean_up, keys
from chassis.customer_data import DataHolder
from chassis.service import Consumer, Service, TimerHandler, Worker
from contracts.personal_data import CUSTOMER_DATA_REQUESTED, Holder
from contracts.policy import CONTACT_CHANGED
from contracts.topics import CATALOGUE

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    parts = Parts.of(settings)
    return Service(
        name="auth-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        commands=(CLIENTS, staff_command(parts), keys_command(parts)),
        consumers=(
            Consumer(CONTACT_CHANGED, store_customers),
            Consumer(CUSTOMER_DATA_REQUESTED, DataHolder(Holder.AUTH, customer_data.read).provide),
        ),
        # One at a time: several in one transaction would lock their rows in no common order.
        timers=(TimerHandler(ANSWER_ASKED, AskedHandler(parts).answer, at_once=1),),
        workers=(
            Worker(keys.NAME, partial(keys.keep_keys_supplied, parts=parts)),
            Worker("clean-up", clean_up.clean_up),
        ),
        measures=(figures.measure,),
        api=build_api(parts),
    )
