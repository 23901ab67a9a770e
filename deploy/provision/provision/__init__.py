"""Brings the topics, access rules and logins of a Kafka cluster to what contracts declare."""
