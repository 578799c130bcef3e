"""Why a change of the administration is forbidden. The docstring is the message."""

from domain.errors import Refusal, StaleVersion


class EntryChanged(StaleVersion):
    """This has changed since you read it; read it again and decide anew."""

    vi = "Mục này đã thay đổi sau khi bạn xem; hãy xem lại rồi quyết định."


class AlreadyThere(Refusal):
    """Something else is already kept under this code."""

    vi = "Mã này đã được dùng cho mục khác."


class UnknownEntry(Refusal):
    """Nothing is kept under this code."""

    vi = "Không có mục nào mang mã này."


class UnknownCalendar(Refusal):
    """No calendar has this code."""

    vi = "Không có lịch làm việc mang mã này."


class UnknownParent(Refusal):
    """The unit above this one does not exist."""

    vi = "Đơn vị cấp trên không tồn tại."


class VersionTaken(Refusal):
    """This version of the procedure was published already; a change needs a version of its own."""

    vi = "Phiên bản này của thủ tục đã được công bố; thay đổi phải có phiên bản mới."


class CodeDiffers(Refusal):
    """What is described bears another code than the one it is kept under."""

    vi = "Nội dung mang mã khác với mã của mục."


class NothingToWithdraw(Refusal):
    """No version of this procedure is in force on that day."""

    vi = "Không có phiên bản nào của thủ tục có hiệu lực vào ngày đó."


class UnitNotInForce(Refusal):
    """The unit does not exist on that day."""

    vi = "Đơn vị không tồn tại vào ngày đó."


class UnitHasChildren(Refusal):
    """Units stand below this one; put them below another, or end them, first."""

    vi = "Còn đơn vị trực thuộc; hãy chuyển hoặc chấm dứt các đơn vị đó trước."


class ParentsInACircle(Refusal):
    """A unit cannot stand below itself."""

    vi = "Đơn vị không thể trực thuộc chính mình."


class SuccessorRequired(Refusal):
    """A unit that ends names who takes over what it had."""

    vi = "Đơn vị chấm dứt phải nêu đơn vị kế thừa."


class DecisionRequired(Refusal):
    """An act of the administration names the decision it rests on."""

    vi = "Phải nêu số quyết định làm căn cứ."


class UnknownTimezone(Refusal):
    """No time zone has this name."""

    vi = "Không có múi giờ mang tên này."


class WrongPeriods(Refusal):
    """Working periods follow one another within one day, each closing after it opens and by 23:59."""

    vi = "Các khung giờ làm việc phải nối tiếp nhau trong ngày, giờ kết thúc sau giờ bắt đầu và không quá 23:59."


class PeriodsMissing(Refusal):
    """A make-up day or a half day needs its working periods."""

    vi = "Ngày làm bù hoặc ngày làm việc nửa ngày phải có khung giờ làm việc."


class HolidayWorked(Refusal):
    """A holiday has no working periods; a day with other hours is declared as an override."""

    vi = "Ngày nghỉ không có khung giờ làm việc; ngày có giờ làm việc khác phải được công bố là ngày đổi giờ."


class NoDays(Refusal):
    """A declaration names the days it is about."""

    vi = "Phải nêu các ngày được công bố."


class Contradiction(Refusal):
    """Two decisions on the same day became known at the same moment."""

    vi = "Hai quyết định về cùng một ngày được biết cùng một lúc."


class DayGivenTwice(Refusal):
    """A day is given twice."""

    vi = "Một ngày được nêu hai lần."


class YearUnknown(Refusal):
    """Calendars do not know this year."""

    vi = "Lịch làm việc không bao gồm năm này."


class NoWorkingTime(Refusal):
    """A timetable has some working time in the week."""

    vi = "Biểu giờ phải có thời gian làm việc trong tuần."


class DecidedLater(Refusal):
    """A decision cannot be declared before it was made."""

    vi = "Không thể công bố quyết định trước khi quyết định được ban hành."


class WorksByAnother(Refusal):
    """The unit works by another calendar."""

    vi = "Đơn vị áp dụng lịch làm việc khác."


class NothingToRevoke(Refusal):
    """No decision of this number says anything of these units here."""

    vi = "Không có quyết định mang số này về các đơn vị đó."


class CannotBeAnId(Refusal):
    """The id of a calendar has no slash."""

    vi = "Mã lịch làm việc không được có dấu gạch chéo."


class EndsBeforeItBegins(Refusal):
    """It would end before it begins."""

    vi = "Thời điểm kết thúc phải sau thời điểm bắt đầu."


class NoPowers(Refusal):
    """It must say what it allows."""

    vi = "Phải nêu được làm những việc gì."


class UnknownPost(Refusal):
    """The officer holds no such post."""

    vi = "Người này không giữ chức vụ đó."


class ToOneself(Refusal):
    """Nobody delegates to himself."""

    vi = "Không thể ủy quyền cho chính mình."


class DelegatorLacksPower(Refusal):
    """Who delegates must be able to do it himself, in that unit and for that time."""

    vi = "Người ủy quyền phải có thẩm quyền đó tại đơn vị và trong thời gian ấy."


class OnwardNotAllowed(Refusal):
    """The delegation does not allow to delegate further."""

    vi = "Văn bản ủy quyền không cho phép ủy quyền lại."


class NotYetPast(Refusal):
    """Figures are closed as of an instant that has passed."""

    vi = "Chỉ chốt số liệu đến một thời điểm đã qua."


class FiguresNotClosed(Refusal):
    """No figures were closed under this code; close them, then publish."""

    vi = "Chưa chốt số liệu với mã này; hãy chốt trước khi công bố."


class AlreadyPublished(Refusal):
    """Other figures were published under this code; what was published stays."""

    vi = "Số liệu với mã này đã được công bố; số liệu đã công bố không thay đổi."


class AmountOutOfBounds(Refusal):
    """A rule counts in working hours, working days or calendar days, no more than the most of each."""

    vi = "Quy tắc tính theo giờ làm việc, ngày làm việc hoặc ngày lịch, không quá mức tối đa."


class WrongConsequence(Refusal):
    """Processing may stop only where the applicant is waited for: a supplement or a payment."""

    vi = "Chỉ được dừng xử lý khi đang chờ người nộp bổ sung hoặc nộp tiền."


class RuleSwitchedOff(Refusal):
    """The escalation rule is switched off."""

    vi = "Quy tắc nhắc việc đang tắt."


class DelegationNotEnding(Refusal):
    """By this rule the delegation is not about to end, or not then."""

    vi = "Theo quy tắc này, ủy quyền chưa sắp hết hạn, hoặc không hết hạn vào lúc đó."
