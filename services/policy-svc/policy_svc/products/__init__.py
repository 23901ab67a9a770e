"""The products that are and were sold: their parameters stand in the files beside, one for each version."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import Final

import msgspec

from contracts.policy import PolicyKind
from policy_svc.products.product import Product


class Products:
    """All versions of all products."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._products = sorted(products, key=lambda product: product.sold_from, reverse=True)

    def of(self, version: str) -> Product | None:
        """Return a version; None when it is not known here, as of policies from before."""
        return next((product for product in self._products if product.version == version), None)

    def current(self, kind: PolicyKind, on: date) -> Product:
        """Return the version that is sold on a day; the first one when that is later.

        Raises:
            LookupError: policies of this kind are not kept here.
        """
        sold = [product for product in self._products if kind in product.kinds]
        if not sold:
            raise LookupError(f"there is no product of kind {kind}")
        return next((product for product in sold if product.sold_from <= on), sold[-1])

    def all_current(self, on: date) -> list[Product]:
        """Return every version that is sold on a day, in the order of their names."""
        kinds = {kind for product in self._products for kind in product.kinds}
        found = {product.version: product for product in (self.current(kind, on) for kind in kinds)}
        return [found[version] for version in sorted(found)]


def read(text: str, *, name: str) -> Product:
    """Return the product that a file holds. Raise `ValueError` with the file and the field when it is none."""
    try:
        product = msgspec.convert(tomllib.loads(text), Product, str_keys=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{name}: {error}") from error
    if name != f"{product.version}.toml":
        raise ValueError(f"{name}: version must be the file's name, not {product.version}")
    return product


def _shipped() -> Products:
    found = [file for file in files(__name__).iterdir() if file.name.endswith(".toml")]
    return Products(read(file.read_text(encoding="utf-8"), name=file.name) for file in found)


PRODUCTS: Final = _shipped()
