"""A candidate version of the product, from a file that names what differs from the current one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from claims_svc.domain.product import CURRENT_PRODUCT, Product


class UnreadableProductError(ValueError):
    """The file is no candidate; the sentence says what to change."""


def read_product(path: Path) -> Product:
    """Read a TOML file with a `version` of its own and the parameters that differ, by their names in `Product`.

    Waits are seconds. A list replaces the whole list.

    Raises:
        UnreadableProductError: it cannot be read, names what is no parameter, or has a value that is none.
    """
    try:
        given = msgspec.toml.decode(path.read_bytes())
    except OSError as error:
        raise UnreadableProductError(f"cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableProductError(f"is no TOML: {error}") from None
    if not isinstance(given.get("version"), str) or given["version"] == CURRENT_PRODUCT.version:
        raise UnreadableProductError(f"version: give one of its own, other than {CURRENT_PRODUCT.version}")
    current = msgspec.to_builtins(CURRENT_PRODUCT)
    for wait in ("same_loss_within", "policy_wait", "rainfall_wait"):
        current[wait] = int(getattr(CURRENT_PRODUCT, wait).total_seconds())
    try:
        return msgspec.convert(_merged(current, given), Product, strict=False)
    except msgspec.ValidationError as error:
        raise UnreadableProductError(str(error)) from None


def _merged(current: Mapping[str, Any], given: Mapping[str, Any], *, within: str = "") -> dict[str, Any]:
    merged = dict(current)
    for name, value in given.items():
        if name not in current:
            raise UnreadableProductError(f"{within}{name}: is no parameter; there are {', '.join(current)}")
        if isinstance(value, dict) and isinstance(current[name], dict):
            merged[name] = _merged(current[name], value, within=f"{within}{name}.")
        else:
            merged[name] = value
    return merged
