from __future__ import annotations

from contracts.topics import TOPICS
from policy_svc.app import build
from policy_svc.settings import Settings

SETTINGS = Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url="postgresql://unused.invalid/policies")


def test_the_service_consumes_the_topics_that_name_it_as_a_consumer() -> None:
    consumed = {consumer.topic.name for consumer in build(SETTINGS).consumers}
    assert consumed == {topic.name for topic in TOPICS if "policy-svc" in topic.consumers}
