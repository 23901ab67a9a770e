from __future__ import annotations

import pytest
from starlette.requests import Request

from chassis.http.allowances import Allowance
from chassis.http.problems import Problem


def _from(address: str) -> Request:
    return Request({"type": "http", "headers": [], "client": (address, 40_000)})


async def test_one_address_asks_so_often_and_is_told_when_it_may_again_and_others_may() -> None:
    allowance = Allowance(a_minute=2)
    for _ in range(2):
        allowance.take(_from("192.0.2.1"))
    with pytest.raises(Problem) as refused:
        allowance.take(_from("192.0.2.1"))
    assert refused.value.status_code == 429
    assert refused.value.headers == {"Retry-After": "30"}
    allowance.take(_from("192.0.2.2"))
