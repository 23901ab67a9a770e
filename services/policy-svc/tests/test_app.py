from __future__ import annotations

from contracts.topics import TOPICS
from policy_svc.app import build
from policy_svc.settings import Settings

SETTINGS = Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url="postgresql://unused.invalid/policies")


def test_the_service_consumes_nothing_and_no_topic_names_it_as_a_consumer() -> None:
    assert build(SETTINGS).consumers == ()
    assert [topic.name for topic in TOPICS if "policy-svc" in topic.consumers] == []
