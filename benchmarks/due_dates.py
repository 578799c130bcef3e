"""Due dates a second on one core: random starts over a year and over 20 years, in every unit.

Run: python -m benchmarks.due_dates
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from time import perf_counter
from typing import Final

from domain.calendar import STANDARD_TIMETABLE, Calendar, Declaration, DeclarationKind
from domain.clock import Pause, PauseReason, Term, TermUnit, due_at
from domain.working_time import WorkingTime

FIRST_YEAR: Final = 2025
ROUNDS: Final = 5
LARGEST: Final = {
    TermUnit.WORKING_HOURS: 80,
    TermUnit.WORKING_DAYS: 60,
    TermUnit.CALENDAR_DAYS: 90,
    TermUnit.MONTHS: 12,
}
Question = tuple[datetime, Term, tuple[Pause, ...]]


def run(count: int = 50_000, seed: int = 1) -> dict[str, float]:
    """Computations a second: in each unit and mixed over 20 years, mixed over one year, and mixed with two waits."""
    calendar = generated_calendar()
    rates = {unit.value: rate(calendar, questions(Random(seed), count, years=20, units=(unit,))) for unit in TermUnit}
    mixed = tuple(TermUnit)
    rates["mixed"] = rate(calendar, questions(Random(seed), count, years=20, units=mixed))
    rates["mixed, one year"] = rate(calendar, questions(Random(seed), count, years=1, units=mixed))
    rates["mixed, two waits"] = rate(calendar, questions(Random(seed), count, years=20, units=mixed, waits=2))
    return rates


def generated_calendar() -> WorkingTime:
    """A calendar with ten days off and two make-up days a year, all generated."""
    random = Random(7)
    known_at = datetime(2020, 1, 1, tzinfo=UTC)
    declarations = []
    for year in range(FIRST_YEAR, FIRST_YEAR + 21):
        for place, day in enumerate(random.sample(range(365), 12)):
            off = place < 10  # noqa: PLR2004 # ten of the twelve
            declarations.append(
                Declaration(
                    day=date(year, 1, 1) + timedelta(days=day),
                    periods=() if off else ((420, 690), (810, 1020)),
                    kind=DeclarationKind.HOLIDAY if off else DeclarationKind.MAKE_UP_DAY,
                    known_at=known_at,
                    decision="generated",
                    source="generated",
                    confidence="generated",
                )
            )
    calendar = Calendar(
        id="generated",
        timezone="Asia/Ho_Chi_Minh",
        timetable=STANDARD_TIMETABLE,
        declarations=tuple(declarations),
    )
    return calendar.as_known(known_at)


def questions(random: Random, count: int, *, years: int, units: tuple[TermUnit, ...], waits: int = 0) -> list[Question]:
    """Random starts, terms and waits."""
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    span = int(timedelta(days=365 * years).total_seconds())
    asked: list[Question] = []
    for _ in range(count):
        started_at = first + timedelta(seconds=random.randrange(span))
        unit = random.choice(units)
        term = Term(random.randint(1, LARGEST[unit]), unit)
        pauses = tuple(
            Pause(
                since=started_at + timedelta(days=4 * place, hours=random.randrange(24)),
                until=started_at + timedelta(days=4 * place + 2, hours=random.randrange(24)),
                reason=PauseReason.SUPPLEMENT,
            )
            for place in range(waits)
        )
        asked.append((started_at, term, pauses))
    return asked


def rate(working_time: WorkingTime, asked: list[Question]) -> float:
    """Due dates a second in the best of some rounds, with the years compiled beforehand."""
    for started_at, term, pauses in asked[:: max(1, len(asked) // 1000)]:
        due_at(started_at, term, working_time, pauses)
    return max(len(asked) / _seconds(working_time, asked) for _ in range(ROUNDS))


def _seconds(working_time: WorkingTime, asked: list[Question]) -> float:
    began = perf_counter()
    for started_at, term, pauses in asked:
        due_at(started_at, term, working_time, pauses)
    return perf_counter() - began


if __name__ == "__main__":
    for name, per_second in run().items():
        print(f"{name:20} {per_second:12,.0f} due dates/s")
