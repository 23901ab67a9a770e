import pytest
from prometheus_client import REGISTRY

import claims_svc.promises  # noqa: F401 - what is counted begins when it is loaded


@pytest.mark.parametrize("what", ["made", "at_risk", "held", "broken"])
def test_the_first_promise_that_is_broken_is_seen(what: str) -> None:
    assert REGISTRY.get_sample_value("claims_promises_total", {"what": what}) is not None
