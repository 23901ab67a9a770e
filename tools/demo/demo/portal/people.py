"""Who can log in at a portal that stays up: customers, and members of staff who are invited for it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from contracts.access import Role
from demo import online_access
from demo.insurance_change import RELATION_NUMBER
from demo.platform import Platform
from demo.portal import walk
from demo.portal.received import Somebody
from demo.staff import StaffAccount, make_account


async def people_at(platform: Platform) -> Sequence[Somebody]:
    """Invite a handler and an operator; return them and the customers.

    Raises:
        StepError: auth-svc answered otherwise.
    """
    async with httpx.AsyncClient(base_url=platform.auth_url) as accounts:
        handler = await make_account(platform, accounts, role=Role.SENIOR_HANDLER, email="handler@insurer.example")
        operator = await make_account(platform, accounts, role=Role.OPERATOR, email="operator@insurer.example")
    return (
        Somebody(
            name="Noor Regenboog, who has a decided claim",
            email=walk.EMAIL,
            number=walk.RELATION_NUMBER,
            password=walk.PASSWORD,
        ),
        Somebody(
            name="J. Voorbeeld, who has a claim with a review and a repair",
            email=online_access.EMAIL,
            number=RELATION_NUMBER,
            password=online_access.PASSWORD,
        ),
        Somebody(
            name="Bram Fictief, who has no account yet: activate one",
            email="bram.fictief@example.org",
            number=online_access.SOMEBODY_ELSE,
        ),
        _of_staff("A senior handler", handler),
        _of_staff("An operator", operator),
    )


def _of_staff(name: str, account: StaffAccount) -> Somebody:
    return Somebody(
        name=name,
        email=account.email,
        number="staff",
        password=account.password,
        code=lambda: account.app.at(time.time()),
    )
