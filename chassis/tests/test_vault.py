"""What is kept encrypted opens only as what it is, and not any more once its key is gone."""

from __future__ import annotations

from base64 import b64encode

import pytest

from chassis.vault import CannotOpenKeptError, NotAServiceKeyError, Vault

OLD, NEW = (b64encode(bytes(range(first, first + 32))).decode() for first in (0, 32))
MESSAGE, OTHER = b"message 1", b"message 2"
LOT, OTHER_LOT = b"lot 1", b"lot 2"
CONTENTS = b"what was said"


def test_contents_open_as_what_they_are_and_as_nothing_else() -> None:
    vault = Vault(NEW)
    key, wrapped = vault.new_key(bound_to=LOT)
    sealed = key.seal(CONTENTS, bound_to=MESSAGE)

    assert vault.key(wrapped, bound_to=LOT).open(sealed, bound_to=MESSAGE) == CONTENTS
    assert CONTENTS not in sealed
    with pytest.raises(CannotOpenKeptError):
        key.open(sealed, bound_to=OTHER)
    with pytest.raises(CannotOpenKeptError):
        vault.key(wrapped, bound_to=OTHER_LOT)


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_what_was_changed_does_not_open(place: int) -> None:
    vault = Vault(NEW)
    key, wrapped = vault.new_key(bound_to=LOT)
    sealed = bytearray(key.seal(CONTENTS, bound_to=MESSAGE))
    sealed[place] ^= 1
    changed = bytearray(wrapped)
    changed[place] ^= 1

    with pytest.raises(CannotOpenKeptError):
        key.open(bytes(sealed), bound_to=MESSAGE)
    with pytest.raises(CannotOpenKeptError):
        vault.key(bytes(changed), bound_to=LOT)
    with pytest.raises(CannotOpenKeptError):
        key.open(b"", bound_to=MESSAGE)


def test_the_same_contents_are_never_sealed_alike_and_no_two_keys_are_the_same() -> None:
    vault = Vault(NEW)
    (key, wrapped), (other, also_wrapped) = (vault.new_key(bound_to=LOT) for _ in range(2))

    sealed = {one.seal(CONTENTS, bound_to=MESSAGE) for one in (key, key, other)}

    assert len(sealed) == 3
    with pytest.raises(CannotOpenKeptError):
        other.open(key.seal(CONTENTS, bound_to=MESSAGE), bound_to=MESSAGE)
    assert wrapped != also_wrapped


def test_a_service_key_is_replaced_without_touching_what_was_sealed() -> None:
    key, wrapped = Vault(OLD).new_key(bound_to=LOT)
    sealed = key.seal(CONTENTS, bound_to=MESSAGE)
    both, newest = Vault(f"{NEW}, {OLD}"), Vault(NEW)
    assert both.key(wrapped, bound_to=LOT).open(sealed, bound_to=MESSAGE) == CONTENTS
    with pytest.raises(CannotOpenKeptError):
        newest.key(wrapped, bound_to=LOT)

    rewrapped = both.rewrap(wrapped, bound_to=LOT)

    assert not wrapped.startswith(both.newest)
    assert rewrapped.startswith(both.newest)
    assert newest.key(rewrapped, bound_to=LOT).open(sealed, bound_to=MESSAGE) == CONTENTS
    with pytest.raises(CannotOpenKeptError):
        both.rewrap(wrapped, bound_to=OTHER_LOT)


@pytest.mark.parametrize("keys", ["hunter2", f"{NEW},hunter2", "AAAA", f"{NEW},"])
def test_what_is_no_key_is_refused_without_repeating_it(keys: str) -> None:
    with pytest.raises(NotAServiceKeyError) as refused:
        Vault(keys)
    assert "hunter2" not in str(refused.value)


def test_without_keys_nothing_is_sealed_or_opened() -> None:
    _, wrapped = Vault(NEW).new_key(bound_to=LOT)

    with pytest.raises(CannotOpenKeptError):
        Vault("").new_key(bound_to=LOT)
    with pytest.raises(CannotOpenKeptError):
        Vault("").key(wrapped, bound_to=LOT)
