"""What the domain remembers changes nothing: it is bounded, and what is worked out anew is the same."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from importlib import import_module

from domain.loss_cases import verdict_on
from domain.proof_cases import prove
from domain.random_cases import some_case
from hypothesis import given, settings
from hypothesis import strategies as st

from claims_svc import domain
from claims_svc.domain.case import Case
from claims_svc.domain.needs import Need, next_need
from claims_svc.domain.proof import Proof
from claims_svc.domain.verdict import Verdict


def memoised() -> Iterator[_lru_cache_wrapper[object]]:
    """Yield every function of the domain that remembers what it returned."""
    for module in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, _lru_cache_wrapper) and value.__module__ == module.name:
                yield value


def forget() -> None:
    for function in memoised():
        function.cache_clear()


def all_of(claim: Case) -> tuple[Need, Verdict, Proof]:
    return next_need(claim), verdict_on(claim), prove(claim)


def test_what_is_remembered_is_bounded() -> None:
    functions = list(memoised())

    assert len(functions) > 10
    assert [each.__name__ for each in functions if not 0 < (each.cache_parameters()["maxsize"] or 0) <= 4_096] == []


@settings(max_examples=60, deadline=None)
@given(claims=st.lists(some_case, min_size=2, max_size=6))
def test_a_claim_is_decided_after_others_as_it_is_decided_alone(claims: list[Case]) -> None:
    forget()
    after_others = [all_of(claim) for claim in claims]
    again = [all_of(claim) for claim in claims]

    for claim, once, twice in zip(claims, after_others, again, strict=True):
        forget()
        assert all_of(claim) == once == twice
