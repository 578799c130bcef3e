"""A statement of payments against the log: which are recorded, and how it stands with the others.

The whole statement is first read into a temporary table: nothing is said of one that cannot be read to its end, and a
reference that is listed twice is found however far apart its lines are, in memory that does not grow with either.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

from psycopg import Connection

from consumers.statement import Statement, StatementLine
from domain.dossier.events import WIRE_NAMES, Overpaid, Paid, Submitted
from service.codec import decode
from service.streams import PLANNING, load

Payment: TypeAlias = Paid | Overpaid

CHUNK: Final = 300
"""Lines whose dossiers are loaded at once."""

_LOOKED_AT: Final = frozenset({WIRE_NAMES[Submitted], WIRE_NAMES[Paid], WIRE_NAMES[Overpaid]})

_TABLE: Final = """
DROP TABLE IF EXISTS pg_temp.statement_line;
CREATE TEMPORARY TABLE statement_line (
    number bigint PRIMARY KEY,
    provider text NOT NULL,
    provider_reference text NOT NULL,
    dossier_code text,
    amount bigint NOT NULL,
    paid_at text NOT NULL
);
CREATE INDEX ON statement_line (provider, provider_reference, number);
"""
_NEXT: Final = f"""
SELECT l.number, l.provider, l.provider_reference, l.dossier_code, l.amount, l.paid_at,
    (SELECT min(o.number) FROM statement_line AS o WHERE o.provider = l.provider
        AND o.provider_reference = l.provider_reference AND o.number <> l.number)
FROM statement_line AS l WHERE l.number > %s ORDER BY l.number LIMIT {CHUNK}
"""


class Category(StrEnum):
    """How it stands with a line; every line is one of these.

    A payment is known by provider, which is the channel it was recorded under, and reference. It is matched where the
    dossier has it with the same amount; missing where the dossier has no such reference; different where it has the
    reference with another amount or of another provider, or where the statement lists the payment more than once.
    """

    MATCHED = "matched"
    MISSING = "missing"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line, and the payments recorded in its dossier: those with its reference, or all where there is none.

    ``also_on`` is the first other line that lists the same payment.
    """

    line: StatementLine
    category: Category
    recorded: tuple[Payment, ...] = ()
    also_on: int | None = None


class Sum(NamedTuple):
    """So many lines, of so many đồng together."""

    lines: int
    amount: int


@dataclass(slots=True)
class Tally:
    """How many lines there are of each category, and of how many đồng."""

    lines: Counter[Category] = field(default_factory=Counter)
    amounts: Counter[Category] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """Count one more."""
        self.lines[finding.category] += 1
        self.amounts[finding.category] += finding.line.amount

    def of(self, category: Category) -> Sum:
        """The lines of this category."""
        return Sum(self.lines[category], self.amounts[category])

    @property
    def total(self) -> Sum:
        """All that was counted."""
        return Sum(self.lines.total(), self.amounts.total())


def take_in(connection: Connection[Any], statement: Statement, progress: Callable[[], None] = lambda: None) -> Sum:
    """Read the whole statement for ``findings`` on the same connection; what it adds up to by itself.

    It is taken in by short transactions, since readers of the log wait for every one that writes.

    Raises:
        StatementProblem: it cannot be read.
    """
    connection.execute(PLANNING)
    connection.execute(_TABLE)
    lines = statement.lines()
    read = Sum(0, 0)
    while chunk := list(islice(lines, CHUNK)):
        with connection.cursor().copy("COPY statement_line FROM STDIN") as copy:
            for line in chunk:
                copy.write_row(line)
        read = Sum(read.lines + len(chunk), read.amount + sum(line.amount for line in chunk))
        progress()
    return read


def findings(connection: Connection[Any]) -> Iterator[Finding]:
    """How it stands with every line that was taken in, in the statement's order."""
    after = 0
    while rows := connection.execute(_NEXT, (after,), prepare=True).fetchall():
        chunk = [(StatementLine(*row[:-1]), row[-1]) for row in rows]
        codes = {line.dossier_code for line, _ in chunk if line.dossier_code}
        payments = _payments(connection, sorted(codes))
        for line, also_on in chunk:
            yield _found(line, also_on, payments.get(line.dossier_code) if line.dossier_code else None)
        after = chunk[-1][0].number


def _payments(connection: Connection[Any], codes: Sequence[str]) -> Mapping[str, tuple[Payment, ...]]:
    """The payments recorded in the dossiers of these codes; dossiers that do not exist are left out."""
    found: dict[str, tuple[Payment, ...]] = {}
    for _, rows in load(connection, [], codes):
        events = [decode(topic, state)[0] for _, _, topic, state, _ in rows if topic in _LOOKED_AT]
        payments = tuple(event for event in events if isinstance(event, Paid | Overpaid))
        found |= {event.code: payments for event in events if isinstance(event, Submitted)}
    return found


def _found(line: StatementLine, also_on: int | None, payments: tuple[Payment, ...] | None) -> Finding:
    if payments is None:
        return Finding(line, Category.UNKNOWN, also_on=also_on)
    alike = tuple(each for each in payments if each.provider_reference == line.provider_reference)
    exact = tuple(each for each in alike if (each.channel, each.amount) == (line.provider, line.amount))
    if exact and also_on is None:
        return Finding(line, Category.MATCHED, exact)
    if alike or also_on is not None:
        return Finding(line, Category.DIFFERENT, alike or payments, also_on)
    return Finding(line, Category.MISSING, payments)
