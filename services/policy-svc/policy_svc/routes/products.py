"""Which insurances there are: their covers, deductibles and rules."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.values import Cents, ExactModel
from contracts.access import READ_PRODUCTS
from contracts.policy import PolicyCover, PolicyKind
from contracts.vocabulary import Language
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.products import PRODUCTS
from policy_svc.products.product import KindTerms, NoticeRules, Product
from policy_svc.routes.parts import Parts


class OfferedCover(ExactModel):
    """A cover that can be chosen."""

    code: PolicyCover = Field(examples=["full_casco"])
    name: str = Field(examples=["Volledig casco"])
    is_required: bool = Field(description="The insurance is not to be had without", examples=[False])
    needs: PolicyCover | None = Field(description="It can be had only beside this one", examples=["limited_casco"])


class OfferedKind(ExactModel):
    """What can be chosen for insurances of one kind."""

    kind: PolicyKind = Field(examples=["car"])
    covers: list[OfferedCover]
    deductibles_cents: list[Cents] = Field(
        description="What can be chosen to bear oneself: a higher one lowers the premium", examples=[[0, 25_000]]
    )

    @classmethod
    def of(cls, kind: PolicyKind, terms: KindTerms, product: Product, language: Language) -> OfferedKind:
        covers = [
            OfferedCover(
                code=cover,
                name=product.cover_names[cover][language],
                is_required=cover in terms.required_covers,
                needs=terms.needs.get(cover),
            )
            for cover in terms.covers
        ]
        return cls(kind=kind, covers=covers, deductibles_cents=list(terms.deductibles_cents))


class NoticeView(ExactModel):
    """When an insurance can be ended."""

    first_term_months: int = Field(description="It runs at least so long", examples=[12])
    notice_days: int = Field(description="After that it ends so many days after notice", examples=[30])
    cooling_off_days: int = Field(
        description="Until so many days after it began it can be withdrawn, and costs nothing", examples=[14]
    )

    @classmethod
    def of(cls, rules: NoticeRules) -> NoticeView:
        return cls(
            first_term_months=rules.first_term_months,
            notice_days=rules.notice_days,
            cooling_off_days=rules.cooling_off_days,
        )


class ProductView(ExactModel):
    """An insurance as it is sold today. Its terms are found under its version."""

    version: str = Field(examples=["car-2026.1"])
    name: str = Field(examples=["Autoverzekering"])
    kinds: list[OfferedKind]
    changes_from_days: int = Field(
        description="A change begins so many days after it is confirmed, at the earliest", examples=[1]
    )
    quote_valid_days: int = Field(examples=[30])
    notice: NoticeView
    premium_model: str = Field(description="Which model computes premiums", examples=["car-premium-2026.1"])

    @classmethod
    def of(cls, product: Product, language: Language) -> ProductView:
        return cls(
            version=product.version,
            name=product.names[language],
            kinds=[OfferedKind.of(kind, terms, product, language) for kind, terms in product.kinds.items()],
            changes_from_days=product.changes_from_days,
            quote_valid_days=product.quote_valid_days,
            notice=NoticeView.of(product.notice),
            premium_model=product.premium.model,
        )


class Catalogue(ExactModel):
    """Every insurance that is sold today."""

    products: list[ProductView]


class ProductRoutes:
    """Tells what is sold."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        api.get("/products", operation=READ_PRODUCTS, problems=(LIMIT_REACHED,))(self.read_products)

    async def read_products(
        self, language: WantedLanguage, reading: Reading, request: Request, response: Response
    ) -> Catalogue:
        """Read which insurances there are, with their covers, deductibles and rules of notice."""
        self._parts.reads.take(request)
        today = dutch_day(await reading.now())
        told_in(response, language)
        return Catalogue(products=[ProductView.of(product, language) for product in PRODUCTS.all_current(today)])
