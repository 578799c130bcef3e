"""The description of the topics in the form of AsyncAPI, for machines: what is sent and received, by which schemas."""

import json
from collections.abc import Mapping
from typing import Any, Final

from consumers.dossier_events import CLOUD_EVENTS_JSON
from consumers.message_types import ABOUT_MESSAGES, ATTRIBUTES, CARRIED, DATA_TYPES
from consumers.messages import CONTENT_TYPE, TRACEPARENT, Outgoing
from consumers.schemas import Schema, schemas, summary
from consumers.topics import TOPICS, Topic
from domain.codes import CODE_PATTERN

_INFO: Final = {
    "title": "Một Cửa: messages",
    "version": "1.0",
    "description": "What Một Cửa tells other systems through Kafka, and what it listens to. Names of topics have the "
    f"prefix that `MOTCUA_KAFKA_PREFIX` sets. {ABOUT_MESSAGES}",
    "license": {"name": "MIT"},
}
_SERVER: Final = {
    "host": "{broker}",
    "protocol": "kafka",
    "description": "The brokers that `MOTCUA_KAFKA_BOOTSTRAP_SERVERS` names.",
    "variables": {"broker": {"default": "kafka.example:9092", "description": "Host and port of a broker."}},
}
_CONTENT_TYPE: Final = "application/cloudevents+json"
_KEY: Final[Schema] = {"type": "string", "pattern": CODE_PATTERN, "description": "The dossier's code."}
_TRACE: Final = {"location": f"$message.header#/{TRACEPARENT}", "description": "What belongs to one request."}
_ANY: Final = "#/components/schemas/{name}"
_BINDING_VERSION: Final = "0.5.0"


def document(examples: Mapping[str, Outgoing]) -> dict[str, Any]:
    """The description; ``examples`` has a message of every type."""
    carried = [(topic, name) for topic in TOPICS for name in CARRIED[topic]]
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": _CONTENT_TYPE,
        "servers": {"kafka": _SERVER},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {f"{_action(topic)}-{topic.name}": _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {name: _message(topic, name, examples[name]) for topic, name in carried},
            "schemas": _schemas(),
        },
    }


def headers_of(message: Outgoing) -> dict[str, str]:
    """The headers of a message as text."""
    return {name: value.decode() for name, value in message.headers}


def _action(topic: Topic) -> str:
    return "send" if topic.ours else "receive"


def _channel(topic: Topic) -> dict[str, Any]:
    settings = topic.settings()
    configuration = {
        "cleanup.policy": [settings["cleanup.policy"]],
        **{name: int(settings[name]) for name in ("retention.ms", "max.message.bytes")},
    }
    return {
        "address": topic.name,
        "description": topic.summary,
        "messages": {name: _reference("components", "messages", name) for name in CARRIED[topic]},
        "servers": [_reference("servers", "kafka")],
        "bindings": _kafka({"topic": topic.name, "topicConfiguration": configuration}),
    }


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": _action(topic),
        "channel": _reference("channels", topic.name),
        "summary": topic.summary,
        "messages": [_reference("channels", topic.name, "messages", name) for name in CARRIED[topic]],
    }


def _message(topic: Topic, name: str, example: Outgoing) -> dict[str, Any]:
    carried = {"type": {"const": name}, "data": {"$ref": _ANY.format(name=name)}}
    return {
        "name": name,
        "summary": summary(name),
        "contentType": _CONTENT_TYPE,
        "headers": _headers(topic),
        **({"correlationId": _TRACE} if _is_traced(topic) else {}),
        "payload": {
            "allOf": [
                {"$ref": _ANY.format(name=ATTRIBUTES[topic].__name__)},
                {"type": "object", "properties": carried, "required": ["data"]},
            ]
        },
        "bindings": _kafka({"key": _KEY}),
        "examples": [{"headers": headers_of(example), "payload": json.loads(example.value)}],
    }


def _headers(topic: Topic) -> Schema:
    content = {"const": CLOUD_EVENTS_JSON.decode()} if topic.ours else {"type": "string"}
    traced = {"type": "string", "description": "W3C trace context, where known."}
    return {
        "type": "object",
        "properties": {CONTENT_TYPE: content, **({TRACEPARENT: traced} if _is_traced(topic) else {})},
        "required": [CONTENT_TYPE] if topic.ours else [],
    }


def _is_traced(topic: Topic) -> bool:
    return TRACEPARENT in ATTRIBUTES[topic].__struct_fields__


def _kafka(binding: dict[str, Any]) -> dict[str, Any]:
    return {"kafka": {**binding, "bindingVersion": _BINDING_VERSION}}


def _reference(*path: str) -> dict[str, str]:
    return {"$ref": "/".join(("#", *path))}


def _schemas() -> dict[str, Schema]:
    attributes = {kind.__name__: kind for kind in ATTRIBUTES.values()}
    roots, shared = schemas({**DATA_TYPES, **attributes}, _ANY)
    return {name: _draft_07(schema) for name, schema in (roots | shared).items()}


def _draft_07(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """AsyncAPI's own schemas are of draft 07, in which a tuple is written in another way."""
    if isinstance(part, dict):
        renamed = {"prefixItems": "items", "items": "additionalItems"} if "prefixItems" in part else {}
        return {renamed.get(name, name): _draft_07(value) for name, value in part.items()}
    return [_draft_07(each) for each in part] if isinstance(part, list) else part
