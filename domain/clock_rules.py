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
    text_vi: str
    source: str
    confidence: str


_DECISION: Final = "the decision that declares the day"
_CIVIL_CODE_147: Final = "Civil Code 2015, article 147"
_CIVIL_CODE_148: Final = "Civil Code 2015, article 148"
_NOTES: Final = "other systems' code and notes about the one-stop shop decrees"
_TIMETABLE: Final = "the unit's timetable"
_HERE: Final = "this project's way of counting"

RULE_TEXTS: Final = {
    Rule.WORKING_TIME: RuleText("Working time counts.", "Thời gian làm việc được tính.", _TIMETABLE, _CONVENTION),
    Rule.WORKING_DAY: RuleText(
        "A working day counts when its working time ends.",
        "Ngày làm việc được tính khi hết giờ làm việc.",
        _HERE,
        _CONVENTION,
    ),
    Rule.CALENDAR_DAY: RuleText(
        "In calendar days and months every day counts; a day off when the day ends.",
        "Tính theo ngày hoặc tháng thì mọi ngày đều được tính; ngày nghỉ được tính khi hết ngày.",
        _HERE,
        _CONVENTION,
    ),
    Rule.MAKE_UP_DAY: RuleText(
        "A day declared to make up for a day off counts.",
        "Ngày được công bố làm bù được tính.",
        _DECISION,
        _CONVENTION,
    ),
    Rule.HALF_DAY: RuleText(
        "A half day counts its working hours, or one working day.",
        "Ngày làm việc nửa ngày được tính theo giờ làm việc, hoặc là một ngày làm việc.",
        _NOTES,
        _SECOND_HAND,
    ),
    Rule.CHANGED_HOURS: RuleText(
        "A day with other hours counts by those hours.",
        "Ngày đổi giờ làm việc được tính theo giờ đã đổi.",
        _NOTES,
        _SECOND_HAND,
    ),
    Rule.FIRST_DAY_NOT_COUNTED: RuleText(
        "The first day of a term in days is not counted.",
        "Ngày đầu tiên của thời hạn tính theo ngày không được tính.",
        _CIVIL_CODE_147,
        _PUBLISHED,
    ),
    Rule.OUTSIDE_HOURS_NEXT_MOMENT: RuleText(
        "What arrives outside working time counts from the next working moment.",
        "Hồ sơ nhận ngoài giờ làm việc được tính từ thời điểm làm việc tiếp theo.",
        _NOTES,
        _SECOND_HAND,
    ),
    Rule.OUTSIDE_WORKING_TIME: RuleText(
        "Time outside working hours does not count.",
        "Thời gian ngoài giờ làm việc không được tính.",
        _TIMETABLE,
        _CONVENTION,
    ),
    Rule.DAY_OFF: RuleText(
        "A day off by the timetable does not count.",
        "Ngày nghỉ theo biểu giờ không được tính.",
        _TIMETABLE,
        _CONVENTION,
    ),
    Rule.HOLIDAY: RuleText(
        "A day declared off does not count.", "Ngày được công bố nghỉ không được tính.", _DECISION, _CONVENTION
    ),
    Rule.WAITING_FOR_SUPPLEMENT: RuleText(
        "Waiting for the applicant's supplement does not count.",
        "Thời gian chờ bổ sung hồ sơ không được tính.",
        _NOTES,
        _SECOND_HAND,
    ),
    Rule.WAITING_FOR_PAYMENT: RuleText(
        "Waiting for the applicant's payment does not count.",
        "Thời gian chờ thực hiện nghĩa vụ tài chính không được tính.",
        _NOTES,
        _SECOND_HAND,
    ),
    Rule.WAITING_FOR_EXTERNAL: RuleText(
        "A listed phase outside the agency does not count.",
        "Giai đoạn ngoài cơ quan giải quyết theo danh mục không được tính.",
        _NOTES,
        _SECOND_HAND,
    ),
    Rule.DAY_NOT_OVER: RuleText(
        "A day that has not ended is not yet counted.", "Ngày chưa kết thúc thì chưa được tính.", _HERE, _CONVENTION
    ),
    Rule.END_ON_DAY_OFF_MOVES: RuleText(
        "A term whose last day is a day off ends with the next working day.",
        "Thời hạn kết thúc vào ngày nghỉ thì kết thúc vào cuối ngày làm việc tiếp theo.",
        _CIVIL_CODE_148,
        _PUBLISHED,
    ),
}
