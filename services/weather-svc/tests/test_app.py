from __future__ import annotations

from contracts.topics import TOPICS
from weather_svc.app import build
from weather_svc.settings import Settings


def test_the_service_consumes_every_topic_that_names_it_as_a_consumer(settings: Settings) -> None:
    consumed = {consumer.topic.name for consumer in build(settings).consumers}
    assert consumed == {topic.name for topic in TOPICS if "weather-svc" in topic.consumers}
