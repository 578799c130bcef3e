"""A published schema is only replaced by one that everybody can go on with."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import frozen_schemas
from tests.frozen_schemas import FOLDER, broken, copies, is_kept, published
from tests.schema_compatibility import incompatibilities

PUBLISHED: Final = published()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_schema_is_kept_and_still_suits_those_who_go_by_it(name: str) -> None:
    assert broken(name, PUBLISHED[name]) == []
    assert is_kept(name, PUBLISHED[name]), "run python -m tests.frozen_schemas"


def test_what_was_published_is_not_withdrawn() -> None:
    assert {path for name in PUBLISHED for path in copies(name)} == set(FOLDER.iterdir())


TEXT: Final = {"type": "string"}
PAIR: Final = {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [TEXT, TEXT], "items": False}
CODE: Final = {"type": "string", "pattern": "^H", "minLength": 1, "maxLength": 9}
AMOUNT: Final = {"type": "integer", "exclusiveMinimum": 0, "maximum": 100}
AT: Final = {"type": "string", "format": "date-time"}
HOLDER: Final = {"type": "object", "properties": {"unit": TEXT}, "required": ["unit"], "title": "Holder"}
BASE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "amount": AMOUNT,
        "state": {"enum": ["due", "paid"]},
        "code": CODE,
        "at": AT,
        "note": {"type": "string", "default": ""},
        "holder": {"anyOf": [{"$ref": "#/$defs/Holder"}, {"type": "null"}]},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Holder"}},
        "pair": PAIR,
        "more": {"type": "object", "additionalProperties": TEXT},
        "any": {},
    },
    "required": ["amount", "state", "code", "at", "holder", "lines", "pair", "more"],
    "$defs": {"Holder": HOLDER},
}
ALL: Final = BASE["required"]


def having(**properties: Any) -> dict[str, Any]:
    return {**BASE, "properties": BASE["properties"] | properties}


def lacking(name: str) -> dict[str, Any]:
    kept = {each: schema for each, schema in BASE["properties"].items() if each != name}
    return {**BASE, "properties": kept, "required": [each for each in ALL if each != name]}


def requiring(*names: str, schema: dict[str, Any] = BASE) -> dict[str, Any]:
    return {**schema, "required": list(names)}


def holder(**keywords: Any) -> dict[str, Any]:
    return {**BASE, "$defs": {"Holder": HOLDER | keywords}}


CHANGES: Final[dict[str, tuple[dict[str, Any], list[str], list[str]]]] = {
    "nothing": (BASE, [], []),
    "words change": (holder(title="Unit", description="Who.") | {"title": "T", "$id": "urn:x"}, [], []),
    "one that may be missing comes": (having(unit={"type": "string", "default": ""}), [], []),
    "a shared schema is written out": (having(lines={"type": "array", "items": HOLDER}), [], []),
    "values in another order": (having(state={"enum": ["paid", "due"]}), [], []),
    "properties in another order": (
        {**BASE, "properties": dict(reversed(BASE["properties"].items())), "required": ALL[::-1]},
        [],
        [],
    ),
    "a property goes": (lacking("amount"), ["data.amount is gone"], []),
    "one that may be missing goes": (lacking("note"), ["data.note is gone"], []),
    "one is required": (requiring(*ALL, "note"), ["data.note is required now"], []),
    "a new one is required": (
        requiring(*ALL, "unit", schema=having(unit=TEXT)),
        ["data.unit is required now"],
        [],
    ),
    "one need not be there": (requiring(*ALL[1:]), [], ["data.amount can be missing now"]),
    "a default changes": (
        having(note={"type": "string", "default": "-"}),
        ["data.note means something else when it is missing"],
        [],
    ),
    "a default goes": (having(note=TEXT), ["data.note means something else when it is missing"], []),
    "a kind changes": (
        having(code={"type": "integer"}),
        ["data.code can no longer be string"],
        ["data.code can be integer now"],
    ),
    "a kind goes": (having(holder={"$ref": "#/$defs/Holder"}), ["data.holder can no longer be null"], []),
    "a kind comes": (having(at={"anyOf": [AT, {"type": "null"}]}), [], ["data.at can be null now"]),
    "whole becomes any number": (having(amount=AMOUNT | {"type": "number"}), [], ["data.amount can be number now"]),
    "text becomes anything": (having(note={"default": ""}), [], ["data.note can be anything now"]),
    "anything becomes text": (having(any=TEXT), ["data.any can no longer be anything"], []),
    "a value goes": (having(state={"enum": ["due"]}), ["data.state can no longer be 'paid'"], []),
    "one value stays": (having(state={"type": "string", "const": "due"}), ["data.state can no longer be 'paid'"], []),
    "a value comes": (having(state={"enum": ["due", "paid", "x"]}), [], ["data.state can be 'x' now"]),
    "a list of values goes": (having(state=TEXT), [], ["data.state can be any value now"]),
    "a list of values comes": (
        having(note={"enum": [""], "default": ""}),
        ["data.note can no longer be any value"],
        [],
    ),
    "a least rises": (having(code=CODE | {"minLength": 2}), ["data.code has minLength 2, had 1"], []),
    "a least falls": (having(code=CODE | {"minLength": 0}), [], ["data.code has minLength 0, had 1"]),
    "a most falls": (having(amount=AMOUNT | {"maximum": 99}), ["data.amount has maximum 99, had 100"], []),
    "a most rises": (having(amount=AMOUNT | {"maximum": 101}), [], ["data.amount has maximum 101, had 100"]),
    "a bound comes": (
        having(note={"type": "string", "default": "", "maxLength": 5}),
        ["data.note has maxLength 5, had None"],
        [],
    ),
    "a bound goes": (
        having(amount={"type": "integer", "maximum": 100}),
        [],
        ["data.amount has exclusiveMinimum None, had 0"],
    ),
    "a pattern changes": (having(code=CODE | {"pattern": "^G"}), ["data.code has pattern ^G, had ^H"], []),
    "a format changes": (having(at=AT | {"format": "date"}), ["data.at has format date, had date-time"], []),
    "a format comes": (
        having(note={"type": "string", "default": "", "format": "date"}),
        ["data.note has format date, had None"],
        [],
    ),
    "a format goes": (having(at=TEXT), [], ["data.at has format None, had date-time"]),
    "something shared changes": (
        holder(properties={}, required=[]),
        ["data.holder.unit is gone", "data.lines[].unit is gone"],
        [],
    ),
    "what lists hold changes": (
        having(lines={"type": "array", "items": TEXT}),
        ["data.lines[] can no longer be object"],
        ["data.lines[] can be string now"],
    ),
    "a pair becomes a triple": (
        having(pair=PAIR | {"minItems": 3, "maxItems": 3, "prefixItems": [TEXT] * 3}),
        ["data.pair has minItems 3, had 2"],
        ["data.pair has maxItems 3, had 2", "data.pair[2] can be string now"],
    ),
    "part of a pair changes": (
        having(pair=PAIR | {"prefixItems": [TEXT, {"type": "null"}]}),
        ["data.pair[1] can no longer be string"],
        ["data.pair[1] can be null now"],
    ),
    "further properties are refused": (
        {**BASE, "additionalProperties": False},
        ["data.* can no longer be anything"],
        [],
    ),
    "the values of a map are anything": (having(more={"type": "object"}), [], ["data.more.* can be anything now"]),
    "one value of a map is another": (
        having(more={"type": "object", "additionalProperties": TEXT, "properties": {"n": {"type": "null"}}}),
        ["data.more.n can no longer be string"],
        ["data.more.n can be null now"],
    ),
}
"""Another schema in place of the base, what it breaks for anybody, and what besides for readers of what we write."""


@pytest.mark.parametrize(("new", "for_anybody", "for_readers"), CHANGES.values(), ids=CHANGES)
def test_what_breaks_is_named(new: dict[str, Any], for_anybody: list[str], for_readers: list[str]) -> None:
    assert sorted(incompatibilities(BASE, new, ours=False)) == sorted(for_anybody)
    assert sorted(incompatibilities(BASE, new, ours=True)) == sorted(for_anybody + for_readers)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [TEXT]},
        {"type": "array", "uniqueItems": True},
        {"properties": {}},
        {"anyOf": [TEXT, {"enum": ["a"]}]},
        {"anyOf": [TEXT, {"type": "null"}], "minLength": 1},
        {"enum": ["a"], "contentEncoding": "base64"},
        {"type": "object", "properties": {"a": {"not": TEXT}}},
    ],
)
def test_what_is_not_understood_is_not_compatible_even_with_itself(schema: dict[str, Any]) -> None:
    assert len(incompatibilities(schema, schema, ours=False)) == 1


def test_a_change_of_a_published_schema_is_noticed() -> None:
    changed = deepcopy(PUBLISHED["payment.notice.v1"])
    changed["properties"]["status"]["enum"].append("refunded")
    assert broken("payment.notice.v1", changed) == []
    assert not is_kept("payment.notice.v1", changed)
    changed["properties"]["status"]["enum"].remove("pending")
    assert broken("payment.notice.v1", changed) == ["payment.notice.v1: data.status can no longer be 'pending'"]


BOUNDS: Final = ("minLength", "maxLength", "minimum", "maximum")


def test_a_further_copy_is_kept_of_what_is_extended_and_none_of_what_breaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "dossier.status.v1"
    extended, broken_ = deepcopy(PUBLISHED[name]), deepcopy(PUBLISHED[name])
    extended["properties"]["more"] = TEXT
    del broken_["properties"]["stage"]
    monkeypatch.setattr(frozen_schemas, "FOLDER", tmp_path)
    for schema, result, kept in [
        (PUBLISHED[name], 0, {f"{name}.json"}),
        (PUBLISHED[name], 0, {f"{name}.json"}),
        (extended, 0, {f"{name}.json", f"{name}~2.json"}),
        (broken_, 1, {f"{name}.json", f"{name}~2.json"}),
        (PUBLISHED[name], 1, {f"{name}.json", f"{name}~2.json"}),
    ]:
        monkeypatch.setattr(frozen_schemas, "published", lambda schema=schema: {name: schema})
        assert frozen_schemas.main() == result
        assert {path.name for path in tmp_path.iterdir()} == kept
    assert f"{name}: data.stage is gone" in capsys.readouterr().err


LEAVES: Final[st.SearchStrategy[dict[str, Any]]] = st.sampled_from(
    [
        {"type": "boolean"},
        {"type": "null"},
        {"type": "string", "minLength": 1, "maxLength": 3},
        {"type": "integer", "minimum": 1, "maximum": 3},
        {"enum": ["a"]},
        {"enum": ["a", 1]},
        {"enum": ["a", "b", None]},
    ]
)


def _objects(properties: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from("xyz"), properties, max_size=3).flatmap(
        lambda held: st.sets(st.sampled_from(sorted(held)) if held else st.nothing()).map(
            lambda required: {"type": "object", "properties": held, "required": sorted(required)}
        )
    )


SCHEMAS: Final[st.SearchStrategy[dict[str, Any]]] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        _objects(inner),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.builds(lambda *options: {"anyOf": list(options)}, _objects(inner), LEAVES),
    ),
    max_leaves=6,
)


def edits(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema with one thing in it changed, in every way."""
    yield from ({"type": "null"}, {"type": "string", "minLength": 0, "maxLength": 9})
    yield from ({**schema, name: schema[name] + by} for name in BOUNDS if name in schema for by in (-1, 1))
    values = schema.get("enum", [])
    yield from ({"enum": [each for each in values if each != value]} for value in values if len(values) > 1)
    yield from ({"enum": [*values, value]} for value in ("c", 2, None) if values and value not in values)
    if "items" in schema:
        yield from ({**schema, "items": each} for each in edits(schema["items"]))
    options = schema.get("anyOf", [schema])
    for place, option in enumerate(options if "anyOf" in schema else []):
        yield from ({"anyOf": [*options[:place], each, *options[place + 1 :]]} for each in edits(option))
        yield option
    yield {"anyOf": [*options, {"type": "boolean"}]}
    if "properties" in schema:
        yield from _edits_of_object(schema, schema["properties"], schema["required"])


def _edits_of_object(schema: dict[str, Any], held: dict[str, Any], required: list[str]) -> Iterator[dict[str, Any]]:
    yield {**schema, "properties": {**held, "w": {"type": "null"}}}
    yield {**schema, "properties": {**held, "w": {"type": "null"}}, "required": [*required, "w"]}
    for name, part in held.items():
        others = [each for each in required if each != name]
        rest = {each: held[each] for each in held if each != name}
        yield {**schema, "properties": rest, "required": others}
        yield {**schema, "required": others if name in required else [*required, name]}
        yield from ({**schema, "properties": {**rest, name: each}} for each in edits(part))


def instances(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(instances, schema["anyOf"]))
    if "items" in schema:
        return st.lists(instances(schema["items"]), max_size=2)
    if "properties" in schema:
        held = {name: instances(each) for name, each in schema["properties"].items()}
        required = {name: held.pop(name) for name in schema["required"]}
        return st.fixed_dictionaries(required, optional=held)
    return {
        "string": st.text("abc", min_size=schema.get("minLength", 0), max_size=schema.get("maxLength")),
        "integer": st.integers(schema.get("minimum"), schema.get("maximum")),
        "boolean": st.booleans(),
        "null": st.none(),
    }[schema["type"]]


@settings(max_examples=500)
@given(data=st.data())
def test_where_nothing_breaks_every_value_is_understood(data: st.DataObject) -> None:
    old = data.draw(SCHEMAS)
    new = data.draw(st.sampled_from(list(edits(old))))
    if not incompatibilities(old, new, ours=False):
        jsonschema_rs.validate(new, data.draw(instances(old)))
    if not incompatibilities(old, new, ours=True):
        jsonschema_rs.validate(old, data.draw(instances(new)))
