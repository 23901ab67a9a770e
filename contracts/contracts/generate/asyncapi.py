"""The topics as an AsyncAPI 3.0 document, for the tools that draw, mock and check from one."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from contracts.envelope import CONTENT_TYPE, encode
from contracts.generate.json_schemas import as_json, in_full, schemas_of_all
from contracts.topic import Event, Topic
from contracts.topics import TOPICS

_BINDING = {"bindingVersion": "0.5.0"}
_EXAMPLE_ID = "0198c5f2-7000-7d00-8e00-000000000001"
_EXAMPLE_TIME = datetime(2021, 7, 16, 8, 0, 5, tzinfo=UTC)
_EXAMPLE_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


_SERVERS = {
    "production": {
        "host": "{bootstrapHost}:{bootstrapPort}",
        "protocol": "kafka-secure",
        "title": "Production",
        "description": "The insurer's Kafka cluster. Topics and permissions are made before a client starts; a client "
        "never creates a topic. Whoever runs the cluster chooses "
        "how a client is let in: one of the ways below.",
        "variables": {
            "bootstrapHost": {
                "default": "kafka.example.org",
                "description": "Any broker of the cluster, as the insurer's platform team gave it to you",
                "examples": ["kafka-0.kafka.example.org"],
            },
            "bootstrapPort": {"default": "9093", "description": "Port of the listener with TLS"},
        },
        "security": [
            {"$ref": f"#/components/securitySchemes/{name}"}
            for name in ("scramSha512", "scramSha256", "plain", "clientCertificate")
        ],
    },
    "development": {
        "host": "localhost:9092",
        "protocol": "kafka",
        "title": "Development",
        "description": "A broker on your own machine, without TLS, without permissions, with made-up data only.",
    },
}
_LOGIN = (
    "The user is the principal that the access list (acls.csv) names, such as `upstream` for `User:upstream`; nothing "
    "is allowed beyond that list."
)
_SECURITY_SCHEMES = {
    "scramSha512": {"type": "scramSha512", "description": f"User and password by SASL over TLS. {_LOGIN}"},
    "scramSha256": {"type": "scramSha256", "description": f"User and password by SASL over TLS. {_LOGIN}"},
    "plain": {"type": "plain", "description": f"User and password by SASL over TLS. {_LOGIN}"},
    "clientCertificate": {
        "type": "X509",
        "description": "A client certificate over TLS, where the broker maps its subject to the principal that the "
        "access list (acls.csv) names, such as `User:upstream`; nothing is allowed beyond that list.",
    },
}


def asyncapi_json() -> str:
    """Return the document, whole: it refers to nothing outside itself, so that any viewer opens it."""
    events = list(dict.fromkeys(topic.event for topic in TOPICS))
    schemas = schemas_of_all(events, ref_template="#/components/schemas/{model}")
    document = {
        "asyncapi": "3.0.0",
        "id": "urn:waterschade:events",
        "info": {
            "title": "Water-damage claims: events",
            "version": version("water-contracts"),
            "description": "Every topic, who writes it and who reads it. Records are CloudEvents 1.0 in binary mode.",
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": _SERVERS,
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "messages": {topic.name: _message(topic, key=_key(topic, schemas)) for topic in TOPICS},
            "schemas": {name: _draft_07(schema) for name, schema in schemas.items()},
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }
    return as_json(document)


def _channel(topic: Topic[Any]) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": inspect.getdoc(topic.event),
        "messages": {topic.event.__name__: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": _topic_configuration(topic),
                **_BINDING,
            }
        },
        "x-min-insync-replicas": topic.min_insync_replicas,
        "x-owner": topic.owner,
        "x-personal-data": topic.personal_data.value,
    }


def _topic_configuration(topic: Topic[Any]) -> dict[str, Any]:
    """Return those settings that the Kafka binding of AsyncAPI knows."""
    policies = topic.config["cleanup.policy"].split(",")
    numbers = {name: int(value) for name, value in topic.config.items() if value.isdecimal()}
    return {"cleanup.policy": policies} | numbers


def _operations(topic: Topic[Any]) -> dict[str, dict[str, Any]]:
    sends = {f"{producer}.send.{topic.name}": _operation(topic, "send") for producer in topic.producers}
    receives = {
        f"{consumer}.receive.{topic.name}": _operation(topic, "receive") | _group(consumer, topic)
        for consumer in topic.consumers
    }
    return sends | receives


def _operation(topic: Topic[Any], action: str) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{topic.event.__name__}"}],
    }


def _group(consumer: str, topic: Topic[Any]) -> dict[str, Any]:
    group = {"type": "string", "enum": [topic.group_of(consumer)]}
    return {"bindings": {"kafka": {"groupId": group, **_BINDING}}}


def _key(topic: Topic[Any], schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    field: dict[str, Any] = schemas[topic.event.__name__]["properties"][topic.key]
    return field | {"description": f"The event's {topic.key}"}


def _draft_07(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema of draft 2020-12 as AsyncAPI's own dialect, where a `$ref` hides what stands beside it."""
    if isinstance(part, list):
        return [_draft_07(item) for item in part]
    if not isinstance(part, dict):
        return part
    converted = {name: _draft_07(value) for name, value in part.items()}
    if "$ref" in converted and len(converted) > 1:
        converted["allOf"] = [{"$ref": converted.pop("$ref")}]
    return converted


def _message(topic: Topic[Any], *, key: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": topic.event_type,
        "title": topic.event.__name__,
        "summary": summary_of(topic.event),
        "contentType": CONTENT_TYPE,
        "headers": _headers(topic),
        "payload": {"$ref": f"#/components/schemas/{topic.event.__name__}"},
        "bindings": {"kafka": {"key": key, **_BINDING}},
        "examples": [_example(topic, example) for example in topic.examples],
    }


def summary_of(event: type[Event]) -> str:
    """Return the first line of what `event` says about itself."""
    return (inspect.getdoc(event) or "").partition("\n")[0]


def _headers(topic: Topic[Any]) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": text | {"description": "Used once per ce_source; a record with the same pair changes nothing"},
            "ce_source": text | {"description": "URI reference that names the publisher"},
            "ce_type": {"type": "string", "const": topic.event_type},
            "ce_time": {"type": "string", "format": "date-time"},
            "content-type": {"type": "string", "const": CONTENT_TYPE},
            "traceparent": {"type": "string", "description": "W3C Trace Context; the claim's trace goes on from it"},
        },
    }


def _example(topic: Topic[Any], event: Event) -> dict[str, Any]:
    message = encode(
        topic,
        event,
        event_id=_EXAMPLE_ID,
        source=f"/{topic.producers[0]}",
        time=_EXAMPLE_TIME,
        traceparent=_EXAMPLE_TRACE,
    )
    return {
        "headers": {name: value.decode() for name, value in message.headers},
        "payload": in_full(event),
    }
