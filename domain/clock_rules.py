"""The rules a clock goes by, as data: a legal officer can see, for each, where it comes from and how surely."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_PUBLISHED: Final = "published-text"
_SECOND_HAND: Final = "second-hand"
_CONVENTION: Final = "convention"


class Rule(StrEnum):
    """Why a stretch of time counts on a clock, or does not."""

    WORKING_TIME = "working-time"
    WORKING_DAY = "working-day"
    CALENDAR_DAY = "calendar-day"
    MAKE_UP_DAY = "make-up-day"
    HALF_DAY = "half-day"
    CHANGED_HOURS = "changed-hours"
    FIRST_DAY_NOT_COUNTED = "first-day-not-counted"
    OUTSIDE_HOURS_NEXT_MOMENT = "outside-hours-next-moment"
    OUTSIDE_WORKING_TIME = "outside-working-time"
    DAY_OFF = "day-off"
    HOLIDAY = "holiday"
    WAITING_FOR_SUPPLEMENT = "waiting-for-supplement"
    WAITING_FOR_PAYMENT = "waiting-for-payment"
    WAITING_FOR_EXTERNAL = "waiting-for-external"
    DAY_NOT_OVER = "day-not-over"
    END_ON_DAY_OFF_MOVES = "end-on-day-off-moves"


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in words. ``confidence`` is ``published-text``, ``second-hand`` or ``convention`` (this project's own).

    Only a rule from a published text may be shown as law.
    """

    text: str
    source: str
    confidence: str


_DECISION: Final = "the decision that declares the day"
_CIVIL_CODE_147: Final = "Civil Code 2015, article 147"
_CIVIL_CODE_148: Final = "Civil Code 2015, article 148"
_NOTES: Final = "other systems' code and notes about the one-stop shop decrees"
_TIMETABLE: Final = "the unit's timetable"
_HERE: Final = "this project's way of counting"

RULE_TEXTS: Final = {
    Rule.WORKING_TIME: RuleText("Working time counts.", _TIMETABLE, _CONVENTION),
    Rule.WORKING_DAY: RuleText("A working day counts when its working time ends.", _HERE, _CONVENTION),
    Rule.CALENDAR_DAY: RuleText(
        "In calendar days and months every day counts; a day off when the day ends.", _HERE, _CONVENTION
    ),
    Rule.MAKE_UP_DAY: RuleText("A day declared to make up for a day off counts.", _DECISION, _CONVENTION),
    Rule.HALF_DAY: RuleText("A half day counts its working hours, or one working day.", _NOTES, _SECOND_HAND),
    Rule.CHANGED_HOURS: RuleText("A day with other hours counts by those hours.", _NOTES, _SECOND_HAND),
    Rule.FIRST_DAY_NOT_COUNTED: RuleText(
        "The first day of a term in days is not counted.", _CIVIL_CODE_147, _PUBLISHED
    ),
    Rule.OUTSIDE_HOURS_NEXT_MOMENT: RuleText(
        "What arrives outside working time counts from the next working moment.", _NOTES, _SECOND_HAND
    ),
    Rule.OUTSIDE_WORKING_TIME: RuleText("Time outside working hours does not count.", _TIMETABLE, _CONVENTION),
    Rule.DAY_OFF: RuleText("A day off by the timetable does not count.", _TIMETABLE, _CONVENTION),
    Rule.HOLIDAY: RuleText("A day declared off does not count.", _DECISION, _CONVENTION),
    Rule.WAITING_FOR_SUPPLEMENT: RuleText(
        "Waiting for the applicant's supplement does not count.", _NOTES, _SECOND_HAND
    ),
    Rule.WAITING_FOR_PAYMENT: RuleText("Waiting for the applicant's payment does not count.", _NOTES, _SECOND_HAND),
    Rule.WAITING_FOR_EXTERNAL: RuleText("A listed phase outside the agency does not count.", _NOTES, _SECOND_HAND),
    Rule.DAY_NOT_OVER: RuleText("A day that has not ended is not yet counted.", _HERE, _CONVENTION),
    Rule.END_ON_DAY_OFF_MOVES: RuleText(
        "A term whose last day is a day off ends with the next working day.", _CIVIL_CODE_148, _PUBLISHED
    ),
}
