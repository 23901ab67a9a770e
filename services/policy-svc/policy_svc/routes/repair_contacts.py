"""How the customer of a repair job is reached, for the partner who has it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from contracts.access import READ_REPAIR_CONTACT
from contracts.policy import Home
from contracts.vocabulary import Language
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import customers, policies, repair_contacts
from policy_svc.routes.parts import Parts


class HomeAddressView(ExactModel):
    """Where the home is that is repaired."""

    postcode: str = Field(examples=["6011RA"])
    house_number: str = Field(examples=["12"])

    @classmethod
    def of(cls, home: Home) -> HomeAddressView:
        return cls(postcode=home.postcode, house_number=home.house_number)


class RepairContactView(ExactModel):
    """Whom to call, and where to go."""

    name: str = Field(examples=["J. Voorbeeld"])
    email: str | None = Field(examples=["j.voorbeeld@example.org"])
    mobile_phone: str | None = Field(description="E.164", examples=["+31612345678"])
    language: Language = Field(description="The customer's", examples=["nl"])
    home: HomeAddressView | None = Field(description="Null where the insurance of then is not known any more")


class RepairContactRoutes:
    """Tells a partner how to reach the customer of a job."""

    def __init__(self, _: Parts) -> None:
        pass

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/repair-jobs/{job_id}/contact", operation=READ_REPAIR_CONTACT, changes_because=SEEN)(
            self.read_repair_contact
        )

    async def read_repair_contact(
        self,
        job_id: Annotated[UUID, Path(examples=["0198c5f2-8b10-7c43-9a51-6f2f3b1c7d10"])],
        work: Work,
        caller: Caller,
    ) -> RepairContactView:
        """Read how the customer of a job is reached: by the partner who has it, with the customer's consent."""
        released = await repair_contacts.find(work.connection, job_id=job_id, partner_id=caller.client)
        if released is None:
            raise Problem(NOT_FOUND)
        policy = await policies.find(work.connection, policy_number=released.policy_number)
        if policy is None:
            raise Problem(NOT_FOUND)
        customer = (await customers.of_ids(work.connection, customer_ids=[policy.customer_id]))[policy.customer_id]
        await put_on_record(
            work,
            caller,
            READ_REPAIR_CONTACT,
            relation_number=customer.relation_number,
            policy_number=released.policy_number,
            job_id=str(job_id),
        )
        on = released.insured_on
        home = next(
            (
                terms.home
                for terms in policy.terms
                if terms.effective_on <= on and (terms.ends_on is None or on < terms.ends_on)
            ),
            None,
        )
        return RepairContactView(
            name=customer.name,
            email=customer.email,
            mobile_phone=customer.mobile_phone,
            language=customer.language,
            home=None if home is None else HomeAddressView.of(home),
        )
