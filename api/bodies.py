"""Bodies of requests, made from the domain's own commands, so that the two cannot drift apart."""

import dataclasses
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from api.fields import MOST_ITEMS, Amount, Day, Digest, Instant, LongText, Name, Ordinal, ShortText, TermLength, Truth
from domain.dossier.commands import Correct, Submit
from domain.dossier.events import ComponentGiven
from domain.term import Term

_DIGEST_BYTES: Final = 12
_LONG: Final = frozenset({"reason", "opinion", "note", "legal_basis", "new_value", "address"})
_SPECIAL: Final[dict[tuple[type, str], Any]] = {
    (Term, "amount"): TermLength,
    (Correct, "version"): Ordinal,
    (ComponentGiven, "sha256"): Digest,
}
_RESERVED: Final = frozenset({(Submit, "code")})
"""Fields that are not the caller's to say."""


class Body(BaseModel):
    """A body that becomes a value of the domain. Unknown fields are refused, not dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    made: ClassVar[type[Any]]

    def value(self, **known: object) -> Any:  # noqa: ANN401 - the class it makes is known by data
        """The domain's value; ``known`` replaces fields."""
        fields = {name: _value(getattr(self, name)) for name in type(self).model_fields}
        return self.made(**(fields | known))

    def digest(self, act: str) -> str:
        """A short name of exactly this content under this act, by which a repeated command is known as the same."""
        content = f"{act}\n{self.model_dump_json()}".encode()
        return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()


class CommandBody(Body):
    """A command. ``at``, when it took effect, is the present where the caller does not say."""

    at: Instant | None = Field(default=None, description="When it took effect; by default now. RFC 3339 with offset.")


def entry_command_body(command: type[object], key: str) -> type[CommandBody]:
    """The body of a command of the administration, whose ``key`` stands in the address."""
    kind: Any = command
    body: type[CommandBody] = _body(kind, CommandBody, key)
    return body


def _value(value: object) -> object:
    if isinstance(value, Body):
        return value.value()
    if isinstance(value, tuple):
        return tuple(_value(item) for item in value)
    return value


def command_body(command: type[object]) -> type[CommandBody]:
    """The body of a command."""
    kind: Any = command
    body: type[CommandBody] = _body(kind, CommandBody)
    return body


@cache
def _body(kind: Any, base: type[Body], elsewhere: str = "") -> Any:  # noqa: ANN401 - a class made at run time
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {
        each.name: (_field_type(kind, each, hints[each.name]), _default(each))
        for each in dataclasses.fields(kind)
        if each.init and each.name not in {elsewhere, *base.model_fields} and (kind, each.name) not in _RESERVED
    }
    body = create_model(f"{kind.__name__}Body", __base__=base, __doc__=kind.__doc__, **fields)
    body.made = kind
    return body


def _default(field: dataclasses.Field[Any]) -> Any:  # noqa: ANN401 - any field's
    return ... if field.default is dataclasses.MISSING else field.default


def _field_type(kind: type[Any], field: dataclasses.Field[Any], hint: Any) -> Any:  # noqa: ANN401 - a type expression
    """The type of a field at the edge: the domain's, bounded."""
    if (kind, field.name) in _SPECIAL:
        special = _SPECIAL[kind, field.name]
        return special | None if NoneType in get_args(hint) else special
    if get_origin(hint) in {Union, UnionType}:
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        return _field_type(kind, field, inner) | None
    if get_origin(hint) is tuple:
        return _tuple_type(kind, field, get_args(hint))
    if hint is str:
        return _text_type(field)
    is_value = dataclasses.is_dataclass(hint)
    return _body(hint, Body) if is_value else _plain_type(hint)


def _tuple_type(kind: type[Any], field: dataclasses.Field[Any], items: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if items[-1] is Ellipsis:
        many = GenericAlias(tuple, (_field_type(kind, field, items[0]), ...))
        return Annotated[many, Field(max_length=MOST_ITEMS)]
    return GenericAlias(tuple, tuple(_field_type(kind, field, item) for item in items))


def _text_type(field: dataclasses.Field[Any]) -> Any:  # noqa: ANN401
    """Explanations may be long, and the domain says which it needs; a text without default is a name, never blank."""
    if field.name in _LONG:
        return LongText
    return Name if field.default is dataclasses.MISSING else ShortText


def _plain_type(hint: Any) -> Any:  # noqa: ANN401
    known: dict[type, Any] = {bool: Truth, int: Amount, datetime: Instant, date: Day}
    if hint in known:
        return known[hint]
    if issubclass(hint, StrEnum):
        return hint
    raise TypeError(f"no bounds are known for {hint}")
