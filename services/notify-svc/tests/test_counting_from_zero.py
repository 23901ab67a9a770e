import pytest
from prometheus_client import REGISTRY

from notify_svc import settlements
from notify_svc.domain.requests import Lane


@pytest.mark.parametrize("lane", Lane)
def test_the_first_code_that_is_late_is_seen(lane: Lane) -> None:
    assert settlements.REQUEST_SECONDS is not None
    assert REGISTRY.get_sample_value("notify_request_delivery_seconds_count", {"priority": lane.value}) is not None
