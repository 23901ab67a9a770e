"""Who a customer is and how they are reached."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from pydantic import Field

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import READ_CUSTOMER
from contracts.policy import ContactChanged
from contracts.vocabulary import Language, PostalAddress
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import customers
from policy_svc.routes.parts import Parts

UnwantedChannel: TypeAlias = Literal["email", "sms"]
UNWANTED: Final[tuple[UnwantedChannel, ...]] = get_args(UnwantedChannel)


class PostalAddressView(ExactModel):
    """Where letters go to."""

    postcode: str = Field(examples=["6011RA"])
    house_number: str = Field(examples=["12"])

    @classmethod
    def of(cls, address: PostalAddress) -> PostalAddressView:
        return cls(postcode=address.postcode, house_number=address.house_number)


class CustomerView(ExactModel):
    """A customer's personal data."""

    relation_number: str = Field(examples=["123456"])
    version: int = Field(description="Goes up by one with each change", examples=[2])
    name: str = Field(examples=["J. Voorbeeld"])
    email: str | None = Field(examples=["j.voorbeeld@example.org"])
    mobile_phone: str | None = Field(
        description="E.164; without one there is no access online", examples=["+31612345678"]
    )
    postal_address: PostalAddressView | None = Field(description="Null where none is known")
    language: Language = Field(description="In which the customer is written to", examples=["nl"])
    unwanted_channels: list[UnwantedChannel] = Field(
        description="How the customer does not want to be told about decisions", examples=[["sms"]]
    )

    @classmethod
    def of(cls, customer: ContactChanged) -> CustomerView:
        address = customer.postal_address
        return cls(
            relation_number=customer.relation_number,
            version=customer.version,
            name=customer.name,
            email=customer.email,
            mobile_phone=customer.mobile_phone,
            postal_address=None if address is None else PostalAddressView.of(address),
            language=customer.language,
            unwanted_channels=[each for each in UNWANTED if each in customer.unwanted_channels],
        )


class CustomerRoutes:
    """Tells personal data."""

    def __init__(self, _: Parts) -> None:
        pass

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/customers/{relation_number}", operation=READ_CUSTOMER, changes_because=SEEN)(self.read_customer)

    async def read_customer(self, relation_number: RelationNumber, work: Work, caller: Caller) -> CustomerView:
        """Read who a customer is and how they are reached."""
        customer = await customers.find(work.connection, relation_number=relation_number)
        if customer is None:
            raise Problem(NOT_FOUND)
        await put_on_record(work, caller, READ_CUSTOMER, relation_number=relation_number)
        return CustomerView.of(customer)
