"""Brings the topics and access rules of a Kafka cluster to what contracts declare."""
