"""PINs: each opens one device's way in. The device is known by its cookie."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.parameters import LONGEST_PIN, SHORTEST_PIN
from auth_svc.domain.refusals import Refusal
from auth_svc.flows import pins
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.browsers import OTHER_SITE
from auth_svc.routes.confirmed_identity import IdentityConfirmed
from auth_svc.routes.gate import BUSY, gate_of
from auth_svc.routes.login import LoginFinished, finished
from auth_svc.routes.login_limit import login_limit_of
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.problems import NOT_FOUND
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_AUTHENTICATORS, LOG_IN

Pin: TypeAlias = Annotated[
    str, Field(pattern=rf"^[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}$", examples=["40718"], repr=False)
]


class PinLogin(ExactModel):
    """Somebody logs in on a device that has a PIN."""

    relation_number: RelationNumber | None = Field(
        default=None, description="Whose PIN it is. Without it, that of the account last used on this device"
    )
    pin: Pin


class NewPin(IdentityConfirmed):
    """A PIN is chosen."""

    pin: Pin


class PinRoutes:
    """Logs in by PIN, adds and removes PINs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        gate = gate_of(self._parts)
        api.post(
            "/pin-logins",
            operation=LOG_IN,
            once_by="every call is a try, and one that succeeds begins a session of its own",
            gate=gate,
            beforehand=login_limit_of(self._parts),
            problems=(problems.WRONG_PIN, problems.LIMIT_REACHED, BUSY, OTHER_SITE),
        )(self.log_in_by_pin)
        path = "/accounts/{relation_number}/devices/current/pin"
        api.put(
            path,
            operation=CHANGE_AUTHENTICATORS,
            gate=gate,
            problems=(problems.IDENTITY_NOT_CONFIRMED, problems.GUESSABLE_PIN, problems.UNKNOWN_DEVICE, BUSY),
        )(self.set_pin)
        api.post(
            path + "/removal",
            operation=CHANGE_AUTHENTICATORS,
            once_by="the confirmed identity is used up by the first call",
            problems=(problems.IDENTITY_NOT_CONFIRMED, problems.UNKNOWN_DEVICE, NOT_FOUND),
        )(self.remove_pin)

    async def log_in_by_pin(
        self,
        body: PinLogin,
        response: Response,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> LoginFinished | Response:
        """Log in by the PIN of this device. Five wrong ones in a row, and the device is forgotten."""
        result = await pins.log_in_by_pin(
            work, self._parts, relation_number=body.relation_number, pin=body.pin, origin=origin, trace=trace
        )
        return problems.answer(result) if isinstance(result, Refusal) else finished(result, response)

    async def set_pin(
        self,
        relation_number: RelationNumber,
        body: NewPin,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Choose a PIN for this device. The customer is told, with a link that undoes it."""
        refusal = await pins.set_pin(
            work,
            self._parts,
            relation_number=relation_number,
            pin=body.pin,
            confirmed_identity=body.confirmed_identity,
            origin=origin,
            trace=trace,
        )
        return problems.answer(refusal) if refusal else None

    async def remove_pin(
        self,
        relation_number: RelationNumber,
        body: IdentityConfirmed,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Remove the PIN of this device. The customer is told."""
        refusal = await pins.remove_pin(
            work,
            self._parts,
            relation_number=relation_number,
            confirmed_identity=body.confirmed_identity,
            origin=origin,
            trace=trace,
        )
        return problems.answer(refusal) if refusal else None
