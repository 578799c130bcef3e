"""Whether a schema may take the place of one that others already go by.

A topic of ours keeps messages of any age and is read by programs of any age: a reader who goes by the old schema meets
new messages, one who goes by the new schema meets old ones. So everything that was possible stays, and nothing becomes
possible but properties that may be missing, since readers pass over what they do not know. What others write has to go
on being understood: there, anything more may become possible.

Compared is the part of JSON Schema that our schemas use; whatever goes beyond it is incompatible, even with itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_LEAST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_MOST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_FORMS: Final = ("pattern", "format")
_BESIDE: Final = {"$schema", "$id", "$defs", "title", "description", "default"}
_UNDERSTOOD: Final = (
    _BESIDE
    | {*_LEAST, *_MOST, *_FORMS}
    | {"type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items", "prefixItems"}
)
_KINDS: Final = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
_ANYTHING: Final = "anything"


class _NotUnderstoodError(Exception):
    """A schema is written in a way that is not compared here."""


def incompatibilities(old: Schema, new: Schema, *, ours: bool) -> list[str]:
    """What breaks when ``new`` takes the place of ``old``, each with its place in the data. ``ours``: we write it."""
    try:
        return list(_Comparison(old, new, ours).compare("data", old, new))
    except _NotUnderstoodError as error:
        return [str(error)]


@dataclass(frozen=True, slots=True)
class _Comparison:
    old: Schema
    new: Schema
    ours: bool

    def compare(self, place: str, old: object, new: object) -> Iterator[str]:
        """Compare by each kind of value that is possible."""
        before, after = _by_kind(old, self.old), _by_kind(new, self.new)
        for kind, schema in before.items():
            counterpart = _counterpart(kind, after)
            if counterpart is None:
                yield f"{place} can no longer be {kind}"
            else:
                yield from self._compare_one_kind(place, schema, counterpart)
        if self.ours:
            yield from (f"{place} can be {kind} now" for kind in after if _counterpart(kind, before) is None)

    def _compare_one_kind(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from self._values(place, old, new)
        yield from self._bounds(place, old, new)
        yield from self._properties(place, old, new)
        for index in range(max(len(each.get("prefixItems", ())) for each in (old, new))):
            yield from self.compare(f"{place}[{index}]", _item(old, index), _item(new, index))
        for name, suffix in (("items", "[]"), ("additionalProperties", ".*")):
            if name in old or name in new:
                yield from self.compare(f"{place}{suffix}", old.get(name, True), new.get(name, True))

    def _values(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = old.get("enum"), new.get("enum")
        if before is None and after is not None:
            yield f"{place} can no longer be any value"
        elif before is not None and after is not None:
            yield from (f"{place} can no longer be {value!r}" for value in before if value not in after)
        if self.ours and before is not None:
            added = ["any value"] if after is None else [repr(value) for value in after if value not in before]
            yield from (f"{place} can be {value} now" for value in added)

    def _bounds(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        for name in (*_LEAST, *_MOST, *_FORMS):
            before, after = old.get(name), new.get(name)
            if before != after and (self.ours or not _wider(name, before, after)):
                yield f"{place} has {name} {after}, had {before}"

    def _properties(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required = set(old.get("required", ())), set(new.get("required", ()))
        others_before = old.get("additionalProperties", True)
        for name in sorted(required - required_before):
            yield f"{place}.{name} is required now"
        for name, schema in before.items():
            if name not in after:
                yield f"{place}.{name} is gone"
                continue
            yield from self.compare(f"{place}.{name}", schema, after[name])
            if self.ours and name in required_before - required:
                yield f"{place}.{name} can be missing now"
            if name not in required_before | required and schema.get("default") != after[name].get("default"):
                yield f"{place}.{name} means something else when it is missing"
        if others_before is not True:
            for name in (each for each in after if each not in before):
                yield from self.compare(f"{place}.{name}", others_before, after[name])


def _by_kind(schema: Any, root: Schema) -> dict[str, Schema]:
    """What a value can be, and by what schema."""
    if isinstance(schema, bool):
        return {_ANYTHING: {}} if schema else {}
    if "$ref" in schema:
        return _by_kind(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if unknown := schema.keys() - _UNDERSTOOD:
        raise _NotUnderstoodError(f"{', '.join(sorted(unknown))}: not compared")
    if "anyOf" in schema:
        options = [pair for option in schema["anyOf"] for pair in _by_kind(option, root).items()]
        if len(dict(options)) < len(options) or schema.keys() - _BESIDE - {"anyOf"}:
            raise _NotUnderstoodError("more than one schema for a kind of value is not compared")
        return dict(options)
    if "enum" in schema or "const" in schema:
        kinds: dict[str, Any] = {}
        for value in schema.get("enum", [schema.get("const")]):
            kinds.setdefault(_KINDS[type(value)], {**schema, "enum": []})["enum"].append(value)
        return kinds
    if "type" in schema:
        return {schema["type"]: schema}
    if schema.keys() - _BESIDE:
        raise _NotUnderstoodError("a schema without a type is not compared")
    return {_ANYTHING: {}}


def _counterpart(kind: str, kinds: Mapping[str, Schema]) -> Schema | None:
    """The schema by which a value of this kind is judged."""
    wider = ("number", _ANYTHING) if kind == "integer" else (_ANYTHING,)
    return next((kinds[each] for each in (kind, *wider) if each in kinds), None)


def _item(schema: Schema, index: int) -> object:
    first = schema.get("prefixItems", ())
    return first[index] if index < len(first) else schema.get("items", True)


def _wider(name: str, before: Any, after: Any) -> bool:
    if after is None or before is None or name in _FORMS:
        return after is None
    return bool(after < before) == (name in _LEAST)
