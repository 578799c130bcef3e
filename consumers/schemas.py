"""JSON Schemas of what messages carry, made from the types that write and read it.

msgspec makes them. Added is what it leaves open: instants are RFC 3339, and what is withheld from messages is null.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import inspect as kinds

from consumers.message_types import DATA_TYPES
from domain.applicant import WITHHELD
from domain.dossier.events import EVENT_TYPES
from domain.dossier.withholding import FREE_TEXT, PERSONAL

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema: TypeAlias = dict[str, Any]

_SINGLE: Final = (
    *(kinds.StrType, kinds.IntType, kinds.BoolType, kinds.LiteralType, kinds.EnumType, kinds.UUIDType),
    kinds.DateType,
)
_NOT_THERE: Final = "Personal values, which no message carries."
_LOOKED_THROUGH: Final = f"Free text; what is recognised as personal in it is replaced by `{WITHHELD}`."


def data_schemas() -> dict[str, Schema]:
    """The schema of each message type's ``data``, by wire name, each complete in itself."""
    roots, shared = schemas(DATA_TYPES, "#/$defs/{name}")
    return {name: _alone(name, root, shared) for name, root in roots.items()}


def schemas(types: Mapping[str, Any], template: str) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """The schema of each of the types by its name here, and those that they refer to, in the form of ``template``."""
    made = msgspec.json.schema_components(types.values(), ref_template=template)
    roots, shared = msgspec.json.decode(msgspec.json.encode(made))  # plain JSON: no tuples, nothing held twice
    for root, kind in zip(roots, kinds.multi_type_info(types.values()), strict=True):
        _complete(root, kind, shared)
    for schema in shared.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    named = {
        name: {**shared.pop(_name(root)), "title": name, "description": meaning(name, types[name])}
        for name, root in zip(types, roots, strict=True)
    }
    used = {name for root in named.values() for name in _used(root, shared)}
    return named, {name: schema for name, schema in shared.items() if name in used}


def meaning(name: str, data: object) -> str:
    """What a message says, in the words of its type: of a fact, those of the event."""
    return inspect.getdoc(EVENT_TYPES.get(name, data)) or ""


def summary(name: str) -> str:
    """The first line of what a message says."""
    return meaning(name, DATA_TYPES[name]).partition("\n")[0]


def _alone(name: str, root: Schema, shared: Mapping[str, Schema]) -> Schema:
    used = set(_used(root, shared))
    needed = {each: schema for each, schema in shared.items() if each in used}
    identity = {"$schema": DIALECT, "$id": f"urn:motcua:schema:{name}"}
    return {**identity, **root, **({"$defs": needed} if needed else {})}


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _used(part: object, shared: Mapping[str, Schema]) -> Iterator[str]:
    """The names that a schema refers to, and those that these refer to."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield _name(part)
            yield from _used(shared[_name(part)], shared)
        for each in part.values():
            yield from _used(each, shared)
    elif isinstance(part, list):
        for each in part:
            yield from _used(each, shared)


def _complete(schema: Schema, kind: kinds.Type, shared: Mapping[str, Schema]) -> None:
    """Walk a schema beside its type. A kind of type that no message has yet is an error, so that none is overlooked."""
    match kind:
        case kinds.Metadata():
            _complete(schema, kind.type, shared)
        case kinds.StructType() | kinds.DataclassType():
            properties = shared[_name(schema)]["properties"]
            for field in kind.fields:
                _complete(properties[field.encode_name], field.type, shared)
            _withhold(properties, kind.cls)
        case kinds.UnionType():
            (given,) = (each for each in kind.types if not isinstance(each, kinds.NoneType))
            _complete(schema["anyOf"][0], given, shared)
        case kinds.CollectionType():
            _complete(schema["items"], kind.item_type, shared)
        case kinds.TupleType():
            for item, each in zip(schema["prefixItems"], kind.item_types, strict=True):
                _complete(item, each, shared)
        case kinds.DateTimeType():
            schema["format"] = "date-time"
        case _ if not isinstance(kind, _SINGLE):
            raise TypeError(f"no schema is known for {kind}")


def _withhold(properties: dict[str, Schema], kind: type[Any]) -> None:
    for name in PERSONAL.get(kind, ()):
        properties[name] = {"type": "null", "default": None, "description": _NOT_THERE}
    for name in FREE_TEXT.get(kind, ()):
        properties[name]["description"] = _LOOKED_THROUGH
