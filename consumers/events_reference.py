"""The reference page of topics, messages and events, in Markdown."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from textwrap import fill
from typing import Final

from consumers.asyncapi import headers_of
from consumers.dossier_events import CLOUD_EVENTS_JSON
from consumers.message_types import ABOUT_MESSAGES, ATTRIBUTES, CARRIED
from consumers.messages import CONTENT_TYPE, TRACEPARENT, Outgoing
from consumers.schemas import Schema, schemas, summary
from consumers.topics import EVENTS, TOPICS, Topic
from domain.applicant import WITHHELD
from domain.dossier.events import EFFECTIVE_FIELD, EVENT_TYPES
from domain.dossier.withholding import FREE_TEXT, PERSONAL

_HEAD: Final = f"""# Topics, messages and events

Written from the code by `python -m tests.reference`; a test fails when the two differ. The same for machines:
[AsyncAPI](asyncapi.json), and a [JSON Schema](schemas/) for the `data` of each type of message.

{fill(ABOUT_MESSAGES, 120)}

The header `{CONTENT_TYPE}` is `{CLOUD_EVENTS_JSON.decode()}`, and `{TRACEPARENT}` repeats the attribute
of this name, where there is one. A type is extended, never changed:
[published schemas stay compatible](../adr/0011-published-schemas-stay-compatible.md). How many partitions and copies a
topic gets, and whether its name has a prefix, is [set](settings.md).

"""
_OF_EVENTS: Final = f"""
`data` holds `event`, the fact itself, and `envelope`: who recorded it, when, and what led to it. When the fact took
effect is in the field that is named here. Fields that are left out hold personal values, and are null. In those that
are looked through people write what they like; telephone numbers, e-mail addresses and numbers of persons are replaced
by `{WITHHELD}` there.

"""
_VALUES: Final = {"string": "text", "integer": "whole number", "date-time": "instant", "uuid": "UUID"}


def render(examples: Mapping[str, Outgoing]) -> str:
    """The page; ``examples`` has a message of every type."""
    rows = ((f"[`{topic.name}`](#{_anchor(topic.name)})", _writer(topic), topic.summary) for topic in TOPICS)
    overview = _table(("Topic", "Written by", "What it carries"), rows)
    return _HEAD + overview + "".join(_section(topic, examples) for topic in TOPICS)


def _section(topic: Topic, examples: Mapping[str, Outgoing]) -> str:
    settings = ", ".join(f"`{name}={value}`" for name, value in topic.settings().items())
    first, *_ = CARRIED[topic]
    return (
        f"\n## {topic.name}\n\n{topic.summary} Written by {_writer(topic)}; {_kept(topic)}. The broker's settings: "
        f"{settings}.\n\n"
        + _attributes(topic)
        + (_OF_EVENTS if topic is EVENTS else "\n")
        + (_events() if topic is EVENTS else _types(topic))
        + _example(first, examples[first])
    )


def _writer(topic: Topic) -> str:
    return "Một Cửa" if topic.ours else "other systems"


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "of each key the newest message is kept"
    return "kept for ever" if topic.retention is None else f"kept for {topic.retention // timedelta(days=1)} days"


def _attributes(topic: Topic) -> str:
    kind = ATTRIBUTES[topic]
    roots, _ = schemas({kind.__name__: kind}, "{name}")
    return _fields("Attribute", roots[kind.__name__])


def _types(topic: Topic) -> str:
    types = _table(("Type", "Version", "Meaning"), (_type(name) for name in CARRIED[topic]))
    roots, _ = schemas(CARRIED[topic], "{name}")
    return types + "".join(f"\n{_fields('In `data`', root)}" for root in roots.values() if not topic.ours)


def _fields(head: str, schema: Schema) -> str:
    return _table(
        (head, "Value", "Meaning"),
        (
            (
                f"`{name}`",
                _value(part) + ("" if name in schema["required"] else ", if any"),
                part.get("description", ""),
            )
            for name, part in schema["properties"].items()
        ),
    )


def _value(schema: Schema) -> str:
    if "anyOf" in schema:
        return _value(schema["anyOf"][0])
    if "const" in schema:
        return _named([schema["const"]])
    return _named(schema["enum"]) if "enum" in schema else _VALUES[schema["format" if "format" in schema else "type"]]


def _events() -> str:
    rows = (
        (*_type(name), _named([EFFECTIVE_FIELD[kind]]), _named(PERSONAL.get(kind, ())), _named(FREE_TEXT.get(kind, ())))
        for name, kind in EVENT_TYPES.items()
    )
    return _table(("Type", "Version", "Meaning", "Took effect", "Left out", "Looked through"), rows)


def _type(name: str) -> tuple[str, str, str]:
    return f"[`{name}`](schemas/{name}.json)", name.rpartition(".v")[2], summary(name).replace("``", "`")


def _example(name: str, message: Outgoing) -> str:
    headers = ", ".join(f"`{header}: {value}`" for header, value in headers_of(message).items())
    value = json.dumps(json.loads(message.value), ensure_ascii=False, indent=2)
    return f"\nA `{name}`, with the key `{message.key.decode()}` and the headers {headers}:\n\n```json\n{value}\n```\n"


def _named(fields: Iterable[str]) -> str:
    return ", ".join(f"`{field}`" for field in fields)


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
