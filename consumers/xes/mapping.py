"""What a log's attributes mean here, written in TOML by whoever knows the log. docs/how-to/import-an-event-log.md."""

import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError
from pydantic import field_validator as field_rule
from pydantic import model_validator as table_rule

from consumers.xes.activities import ENDINGS, KINDS, UNIT_CODE, Fallback, Words
from consumers.xes.errors import ImportProblem

_SHIPPED: Final = resources.files("consumers.xes") / "mappings"
_STEP: Final = "step"
_EVENTS: Final = (_STEP, *KINDS)


class MappingError(ImportProblem):
    """The mapping cannot be used. Each of ``faults`` names a key and what is allowed there."""

    def __init__(self, where: str, faults: tuple[str, ...]) -> None:
        self.where = where
        self.faults = faults
        super().__init__("\n".join(f"{where}: {fault}" for fault in faults))


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextSource(_Table):
    """Where a text is read: an attribute, its words translated by ``values``; ``default`` where that gives nothing.

    Without a default, words that are not in ``values`` are kept as they are.
    """

    attribute: str | None = None
    values: dict[str, str] = {}
    default: str | None = None

    @table_rule(mode="after")
    def _says_something(self) -> Self:
        if self.attribute is None and self.default is None:
            raise ValueError("needs attribute, default, or both")
        if self.values and self.attribute is None:
            raise ValueError("values translate the words of an attribute; name it by attribute")
        return self

    def outside(self, words: Words) -> list[str]:
        """The words this source can give that ``words`` does not admit."""
        written = [*self.values.values(), *([] if self.default is None else [self.default])]
        return [word for word in written if not words.admits(word)]


def _or_attribute(given: object) -> object:
    return {"attribute": given} if isinstance(given, str) else given


_FieldSource = Annotated[TextSource, BeforeValidator(_or_attribute)]


class CaseTable(_Table):
    """Which attribute names the case. Dossier codes are reserved for ``code_unit``, by default the case's own unit."""

    id: str = "concept:name"
    code_unit: str | None = None

    @field_rule("code_unit")
    @classmethod
    def _is_unit_code(cls, code: str | None) -> str | None:
        if code is not None and not UNIT_CODE.admits(code):
            raise ValueError(f"{code!r} {UNIT_CODE.rule}")
        return code


class TimeSource(_Table):
    """The attribute that holds an instant."""

    attribute: str


class SubmittedTable(_Table):
    """When the dossier was handed in: an attribute, else the earliest event where ``first_event`` allows it."""

    attribute: str | None = None
    first_event: StrictBool = False

    @table_rule(mode="after")
    def _says_something(self) -> Self:
        if self.attribute is None and not self.first_event:
            raise ValueError("needs attribute, first_event = true, or both")
        return self


class EndTable(_Table):
    """When the case ended, and as what; ``by`` reads that from an attribute, ``event`` is for words not in it."""

    attribute: str
    event: str = "result-returned"
    by: TextSource | None = None

    @table_rule(mode="after")
    def _are_endings(self) -> Self:
        words = {self.event, *(self.by.values.values() if self.by else ())}
        if wrong := sorted(words.difference(ENDINGS)):
            raise ValueError(f"{', '.join(wrong)}: an end must be one of: {', '.join(ENDINGS)}")
        if self.by and (self.by.attribute is None or not self.by.values or self.by.default is not None):
            raise ValueError("by needs attribute and values, and no default: [end] event is the default")
        return self


class EventTable(_Table):
    """Which attributes of an event are its name, its time and who did it; ``leave_out`` are not taken over at all."""

    name: str = "concept:name"
    time: str = "time:timestamp"
    resource: str = "org:resource"
    leave_out: tuple[str, ...] = ()


class Activity(_Table):
    """Which fact the activities of this ``name``, or of names that match ``pattern`` (``*``, ``?``), are read as."""

    name: str | None = None
    pattern: str | None = None
    event: str
    fields: dict[str, _FieldSource] = {}

    @table_rule(mode="after")
    def _fits_its_event(self) -> Self:
        if (self.name is None) == (self.pattern is None):
            raise ValueError("needs either name or pattern")
        if self.event not in _EVENTS:
            raise ValueError(f"event {self.event!r} must be one of: {', '.join(_EVENTS)}")
        allowed = KINDS[self.event].fields if self.event in KINDS else {}
        if unknown := sorted(self.fields.keys() - allowed.keys()):
            names = ", ".join(allowed) or "none"
            raise ValueError(f"{', '.join(unknown)}: not a field of {self.event}; its fields: {names}")
        for name, field in allowed.items():
            if field.fallback is Fallback.REQUIRED and name not in self.fields:
                raise ValueError(f"{self.event} needs fields.{name}")
            if field.words and name in self.fields and (wrong := self.fields[name].outside(field.words)):
                raise ValueError(f"fields.{name}: {', '.join(wrong)} {field.words.rule}")
        return self

    def covers(self, name: str) -> bool:
        """Whether this is about the activity ``name``."""
        return name == self.name if self.pattern is None else fnmatchcase(name, self.pattern)


class Mapping(_Table):
    """A whole mapping. ``source`` names where the log comes from; the same case of the same source is one dossier."""

    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    timezone: str
    case: CaseTable = CaseTable()
    unit: TextSource
    procedure: TextSource
    channel: TextSource
    responsible: TextSource | None = None
    submitted: SubmittedTable
    accepted: TimeSource | None = None
    due: TimeSource | None = None
    end: EndTable | None = None
    event: EventTable = EventTable()
    activity: tuple[Activity, ...] = ()

    @field_rule("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} must be an IANA time zone such as Europe/Amsterdam") from None
        return name

    @field_rule("unit")
    @classmethod
    def _gives_unit_codes(cls, unit: TextSource) -> TextSource:
        if wrong := unit.outside(UNIT_CODE):
            raise ValueError(f"{', '.join(wrong)} {UNIT_CODE.rule}")
        return unit


def shipped_mappings() -> list[str]:
    """The names of the mappings that come with the project."""
    return sorted(entry.name.removesuffix(".toml") for entry in _SHIPPED.iterdir() if entry.name.endswith(".toml"))


def load_mapping(where: str | Path) -> Mapping:
    """The mapping in the file ``where``, or the shipped one of that name.

    Raises:
        MappingError: there is none, or it says something that is not allowed.
    """
    shipped = shipped_mappings()
    try:
        if Path(where).is_file():
            text = Path(where).read_text(encoding="utf-8")
        elif str(where) in shipped:
            text = (_SHIPPED / f"{where}.toml").read_text(encoding="utf-8")
        else:
            raise MappingError(str(where), (f"no such file; give a TOML file or one of: {', '.join(shipped)}",))
    except (OSError, UnicodeDecodeError) as fault:
        raise MappingError(str(where), (f"cannot be read as UTF-8 text: {fault}",)) from fault
    return parse_mapping(text, str(where))


def parse_mapping(text: str, where: str) -> Mapping:
    """The mapping written in ``text``; ``where`` names it in errors.

    Raises:
        MappingError: it is not TOML, or says something that is not allowed.
    """
    try:
        return Mapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise MappingError(where, (f"not TOML: {fault}",)) from fault
    except ValidationError as fault:
        raise MappingError(where, tuple(_fault(dict(error)) for error in fault.errors())) from None


def _fault(error: dict[str, Any]) -> str:
    place: tuple[str | int, ...] = error["loc"]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in place) or "the mapping"
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key; allowed here: {', '.join(_keys_beside(place))}"
    if error["type"] == "missing":
        return f"{key}: is required"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}"


def _keys_beside(place: Iterable[str | int]) -> list[str]:
    table: type[BaseModel] = Mapping
    for part in place:
        if part in table.model_fields:
            table = next(_tables_in(table.model_fields[str(part)].annotation), table)
    return list(table.model_fields)


def _tables_in(hint: object) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in get_args(hint):
        yield from _tables_in(part)
