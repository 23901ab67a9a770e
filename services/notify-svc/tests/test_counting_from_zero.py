import pytest
from prometheus_client import REGISTRY

import notify_svc.settlements  # noqa: F401 - what is counted begins when it is loaded
from notify_svc.domain.requests import Lane


@pytest.mark.parametrize("lane", Lane)
def test_the_first_code_that_is_late_is_seen(lane: Lane) -> None:
    assert REGISTRY.get_sample_value("notify_request_delivery_seconds_count", {"priority": lane.value}) is not None
