"""Kafka brokers for a bare machine: librdkafka's mock, Apache Kafka on this machine's Java, Apache Kafka in Docker."""
