"""Reads XES event logs (1.0, 2.0, IEEE 1849), plain or gzipped, case by case and in memory that stays flat.

expat rather than a tree parser: it keeps nothing, and lets a document type declaration be refused before any entity is
declared. A tree parser expands entities in attribute values, where XES keeps everything, even when told not to.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from xml.parsers import expat

from consumers.xes.errors import ImportProblem

Attributes: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of key and value as written. A nested attribute's key is ``parent/child``; a list has the empty value."""

_CHUNK: Final = 1 << 16
_GZIP_MAGIC: Final = b"\x1f\x8b"
_NAMESPACE_END: Final = "\n"
_VALUE: Final = ["value"]
_STRUCTURE: Final = frozenset({"log", "trace", "event", "extension", "global", "classifier"})


class MalformedLog(ImportProblem):
    """The log cannot be read on. ``line`` is where, in the uncompressed text; ``reason`` says why."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"line {line}: {reason}")


class UnopenedLog(ImportProblem):
    """There is no such file, or it may not be read."""

    def __init__(self, path: Path, fault: OSError) -> None:
        super().__init__(f"{path}: cannot be opened: {fault.strerror}")


class SourceEvent(NamedTuple):
    """One event of the log, and the line on which it begins."""

    line: int
    attributes: Attributes


class Case(NamedTuple):
    """One trace of the log: attributes of the case, its events in the log's order, and the line on which it begins."""

    line: int
    attributes: Attributes
    events: tuple[SourceEvent, ...]


class LogFile:
    """An open event log. ``position`` of ``total`` bytes of the file as stored have been read so far."""

    def __init__(self, stored: io.BufferedReader, total: int) -> None:
        self.total = total
        self._stored = stored
        head = stored.read(len(_GZIP_MAGIC))
        stored.seek(0)
        self._text: gzip.GzipFile | io.BufferedReader = gzip.GzipFile(fileobj=stored) if head == _GZIP_MAGIC else stored

    @property
    def position(self) -> int:
        """How many bytes of the stored file have been taken from it."""
        return min(self._stored.tell(), self.total)

    def cases(self) -> Iterator[Case]:
        """The cases in the log's order. What is whole before a fault is given out before the fault is raised.

        Raises:
            MalformedLog: the file is cut short, not well-formed, or not XES.
        """
        parser = _Parser()
        try:
            while chunk := self._read(parser.line):
                yield from parser.feed(chunk)
                if parser.fault is not None:
                    raise parser.fault
            yield from parser.finish()
            if parser.fault is not None:
                raise parser.fault
        finally:
            parser.close()

    def _read(self, line: int) -> bytes:
        try:
            return self._text.read1(_CHUNK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
            raise MalformedLog(line, f"the compressed file is cut short or damaged ({fault})") from fault
        except OSError as fault:
            raise MalformedLog(line, f"the file cannot be read on ({fault.strerror})") from fault


@contextmanager
def open_log(path: Path) -> Iterator[LogFile]:
    """The log at ``path``; whether it is gzipped is seen from its first bytes, not from its name.

    Raises:
        UnopenedLog: there is no such file, or it may not be read.
    """
    try:
        opened = path.open("rb")
    except OSError as fault:
        raise UnopenedLog(path, fault) from fault
    with opened as stored:
        total = stored.seek(0, io.SEEK_END)
        stored.seek(0)
        yield LogFile(stored, total)


class _Parser:
    """Collects cases from expat's callbacks: one pair of handlers outside of cases, another within."""

    def __init__(self) -> None:
        self.fault: MalformedLog | None = None
        self._parser = expat.ParserCreate(namespace_separator=_NAMESPACE_END)
        self._parser.ordered_attributes = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._outside()
        self._depth = 0
        self._cases: list[Case] = []
        self._case_line = 0
        self._case_attributes: list[tuple[str, str]] = []
        self._events: list[SourceEvent] = []
        self._event_line = 0
        self._pairs = self._case_attributes
        self._path: list[str] = []
        self._attribute_names: set[str] = set()

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, chunk: bytes) -> list[Case]:
        return self._parse(chunk, final=False)

    def finish(self) -> list[Case]:
        return self._parse(b"", final=True)

    def close(self) -> None:
        # The handlers are bound methods: parser and self would hold each other until the next full collection.
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self._parser.StartDoctypeDeclHandler = None

    def _parse(self, chunk: bytes, *, final: bool) -> list[Case]:
        try:
            self._parser.Parse(chunk, final)
        except MalformedLog as fault:
            self.fault = fault
        except expat.ExpatError as fault:
            self.fault = MalformedLog(fault.lineno, f"not well-formed XML ({expat.ErrorString(fault.code)})")
        except (LookupError, ValueError) as fault:
            self.fault = MalformedLog(self.line, f"the encoding cannot be read ({fault})")
        whole, self._cases = self._cases, []
        return whole

    def _outside(self) -> None:
        self._parser.StartElementHandler = self._start_outside
        self._parser.EndElementHandler = self._end_outside

    def _doctype(self, *_: object) -> None:
        raise MalformedLog(self.line, "a document type declaration (DOCTYPE) is not allowed in an event log")

    @staticmethod
    def _local(name: str) -> str:
        return name.rpartition(_NAMESPACE_END)[2]

    def _start_outside(self, name: str, _: list[str]) -> None:
        local = self._local(name)
        if self._depth == 0 and local != "log":
            raise MalformedLog(self.line, f"the document is <{local}>, not an XES <log>")
        if self._depth == 1 and local == "event":
            raise MalformedLog(self.line, "an <event> outside of every <trace> belongs to no case")
        if self._depth == 1 and local == "trace":
            self._case_line = self.line
            self._case_attributes, self._events = [], []
            self._pairs = self._case_attributes
            self._parser.StartElementHandler = self._start_within
            self._parser.EndElementHandler = self._end_within
        else:
            self._depth += 1

    def _end_outside(self, _: str) -> None:
        self._depth -= 1

    def _start_within(self, name: str, attributes: list[str]) -> None:
        path = self._path
        if name in self._attribute_names and attributes[2:3] == _VALUE and attributes[0] == "key":
            key, value = attributes[1], attributes[3]
        elif (local := self._local(name)) in _STRUCTURE:
            return self._start_event(local)
        elif local == "values" and path and not attributes:
            return path.append(path[-1])  # the items of a list of XES 2.0 are its children as in 1.0
        else:
            key, value = self._key_and_value(name, attributes)
        full = f"{path[-1]}/{key}" if path else key
        path.append(full)
        self._pairs.append((full, value))
        return None

    def _start_event(self, local: str) -> None:
        if local != "event" or self._path or self._pairs is not self._case_attributes:
            raise MalformedLog(self.line, f"<{local}> is out of place inside a case")
        self._event_line = self.line
        self._pairs = []

    def _key_and_value(self, name: str, attributes: list[str]) -> tuple[str, str]:
        named = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if "key" not in named:
            raise MalformedLog(self.line, f"<{self._local(name)}> is not an attribute of XES: it has no key")
        self._attribute_names.add(name)
        return named["key"], named.get("value", "")

    def _end_within(self, _: str) -> None:
        if self._path:
            self._path.pop()
        elif self._pairs is not self._case_attributes:
            self._events.append(SourceEvent(self._event_line, tuple(self._pairs)))
            self._pairs = self._case_attributes
        else:
            self._cases.append(Case(self._case_line, tuple(self._case_attributes), tuple(self._events)))
            self._outside()
