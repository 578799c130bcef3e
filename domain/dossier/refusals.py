"""Why an act is forbidden, in words a clerk understands. The docstring is the message."""

from domain.errors import Refusal


class AlreadySubmitted(Refusal):
    """A different dossier was already submitted under this key."""

    vi = "Khóa nộp này đã dùng cho một hồ sơ khác."


class NotSubmitted(Refusal):
    """The dossier has not been submitted."""

    vi = "Hồ sơ chưa được nộp."


class WithinClosedFigures(Refusal):
    """Figures are closed up to then: record the act as of now, then correct its time, with authority and reason."""

    vi = "Số liệu đến lúc đó đã chốt: hãy ghi nhận việc này từ bây giờ, rồi đính chính thời điểm, nêu rõ căn cứ, lý do."


class UnknownProcedure(Refusal):
    """No procedure in force has this code."""

    vi = "Không có thủ tục hành chính đang hiệu lực mang mã này."


class UnknownUnit(Refusal):
    """No unit has this code."""

    vi = "Không có đơn vị mang mã này."


class UnitEnded(Refusal):
    """The unit is not there on that day; its successors are named, where there are some."""

    vi = "Đơn vị không hoạt động vào ngày đó; đơn vị kế thừa (nếu có) được nêu kèm."


class NotEmpowered(Refusal):
    """The officer holds no post with this power now; a delegation that allows it must be cited."""

    vi = "Người thực hiện không giữ chức vụ có thẩm quyền này; nếu được ủy quyền phải nêu văn bản ủy quyền."


class UnknownDelegation(Refusal):
    """No delegation has this number."""

    vi = "Không có văn bản ủy quyền mang số này."


class DelegationToAnother(Refusal):
    """The delegation is to another officer."""

    vi = "Văn bản này ủy quyền cho người khác."


class DelegationDoesNotHold(Refusal):
    """The delegation does not allow this act on this dossier at that time."""

    vi = "Văn bản ủy quyền không cho phép việc này với hồ sơ này vào thời điểm đó."


class UnknownStep(Refusal):
    """The procedure has no step of this code."""

    vi = "Thủ tục không có bước xử lý mang mã này."


class StepSkipped(Refusal):
    """A dossier goes to the next step, stays in its step or goes back to an earlier one; no step is passed over."""

    vi = "Hồ sơ chỉ được chuyển sang bước kế tiếp, giữ nguyên bước hoặc trả lại bước trước; không được bỏ qua bước."


class QuotaRuns(Refusal):
    """The step's time is running already; handing the dossier on within the step brings no other time."""

    vi = "Thời hạn của bước đang được tính; chuyển hồ sơ trong cùng bước không làm thay đổi thời hạn."


class UnknownComponent(Refusal):
    """The procedure has no such component."""

    vi = "Thủ tục không có thành phần hồ sơ này."


class InvalidPersonalNumber(Refusal):
    """A personal number has exactly 12 digits."""

    vi = "Số định danh cá nhân gồm đúng 12 chữ số."


class ComponentsMissing(Refusal):
    """The dossier cannot be accepted before its required components are in."""

    vi = "Chưa thể tiếp nhận khi còn thiếu thành phần hồ sơ bắt buộc."


class AlreadyAccepted(Refusal):
    """The dossier has been accepted; it can be refused only after appraisal, by approval."""

    vi = "Hồ sơ đã tiếp nhận; chỉ có thể từ chối sau thẩm định, qua phê duyệt."


class NotAccepted(Refusal):
    """The dossier has not been accepted yet."""

    vi = "Hồ sơ chưa được tiếp nhận."


class ProcessingEnded(Refusal):
    """Processing has ended."""

    vi = "Việc giải quyết hồ sơ đã kết thúc."


class WaitingForSupplement(Refusal):
    """The dossier waits for what the applicant was asked to supplement."""

    vi = "Hồ sơ đang chờ người nộp bổ sung."


class NothingToSupplement(Refusal):
    """No supplement has been requested."""

    vi = "Không có yêu cầu bổ sung nào."


class NothingAsked(Refusal):
    """A supplement request names at least one item."""

    vi = "Phiếu yêu cầu bổ sung phải nêu ít nhất một nội dung."


class SupplementIncomplete(Refusal):
    """Not everything that was asked for is there."""

    vi = "Chưa đủ các nội dung đã yêu cầu bổ sung."


class NotAppraised(Refusal):
    """The dossier has not been appraised."""

    vi = "Hồ sơ chưa được thẩm định."


class AppraiserCannotApprove(Refusal):
    """The result is approved by another person than the appraiser."""

    vi = "Người phê duyệt phải khác người thẩm định."


class ReasonRequired(Refusal):
    """The reason must be stated."""

    vi = "Phải nêu rõ lý do."


class AlreadyApproved(Refusal):
    """The result has been approved."""

    vi = "Kết quả đã được phê duyệt."


class NotApproved(Refusal):
    """The result has not been approved."""

    vi = "Kết quả chưa được phê duyệt."


class NotSigned(Refusal):
    """The result has not been signed."""

    vi = "Kết quả chưa được ký số."


class AnotherDocument(Refusal):
    """The document is not the one that was signed."""

    vi = "Văn bản không phải là văn bản đã ký."


class AlreadySigned(Refusal):
    """Another document was already signed as the result."""

    vi = "Đã ký số một văn bản khác làm kết quả."


class InvalidDigest(Refusal):
    """A document is named by its SHA-256, 64 hexadecimal digits."""

    vi = "Văn bản được định danh bằng SHA-256 gồm 64 chữ số thập lục phân."


class NothingDue(Refusal):
    """No payment has been requested."""

    vi = "Không có khoản phải nộp."


class NothingToPay(Refusal):
    """A payment request asks for more than zero đồng."""

    vi = "Khoản phải nộp phải lớn hơn 0 đồng."


class AlreadyRequested(Refusal):
    """Another amount has already been asked for."""

    vi = "Đã yêu cầu nộp một khoản khác."


class AlreadySettled(Refusal):
    """The dues have already been settled."""

    vi = "Nghĩa vụ tài chính đã hoàn thành."


class WrongAmount(Refusal):
    """The amount is not the one that is due."""

    vi = "Số tiền không đúng khoản phải nộp."


class DuesNotSettled(Refusal):
    """Only what arrives after the dues have been settled is an overpayment."""

    vi = "Chỉ ghi nhận nộp thừa khi nghĩa vụ tài chính đã hoàn thành."


class NothingOverpaid(Refusal):
    """An overpayment is more than zero đồng."""

    vi = "Khoản nộp thừa phải lớn hơn 0 đồng."


class ReferenceRequired(Refusal):
    """An overpayment is refunded under its provider's reference, which must be stated."""

    vi = "Phải nêu mã giao dịch để hoàn trả khoản nộp thừa."


class ResultNotReady(Refusal):
    """The result is not ready: it has not been sealed."""

    vi = "Chưa có kết quả: kết quả chưa được ký số của cơ quan."


class FeeOutstanding(Refusal):
    """The result cannot be returned before the fee is paid."""

    vi = "Chưa thể trả kết quả khi chưa hoàn thành nghĩa vụ tài chính."


class NotLater(Refusal):
    """An extension promises a later date than the one that stands."""

    vi = "Ngày hẹn mới phải sau ngày hẹn đang có."


class NoPromise(Refusal):
    """There is no appointment to extend."""

    vi = "Không có ngày hẹn trả để gia hạn."


class BeforeSubmission(Refusal):
    """An act cannot take effect before the dossier was submitted."""

    vi = "Không thể thực hiện trước thời điểm nộp hồ sơ."


class AnswerBeforeRequest(Refusal):
    """An answer cannot take effect before what it answers."""

    vi = "Trả lời không thể có trước yêu cầu."


class NoSuchEvent(Refusal):
    """The dossier has no event of this number."""

    vi = "Hồ sơ không có sự kiện mang số này."


class NotCorrectable(Refusal):
    """This field of this event cannot be corrected."""

    vi = "Không thể đính chính trường này của sự kiện này."


class UnreadableValue(Refusal):
    """The corrected value cannot be read; times are RFC 3339 with an offset."""

    vi = "Không đọc được giá trị đính chính; thời điểm viết theo RFC 3339 có múi giờ."


class NotImported(Refusal):
    """The dossier was not imported from this source and case."""

    vi = "Hồ sơ không được nhập từ nguồn và hồ sơ gốc này."


class NotInThisUnit(Refusal):
    """The dossier is not in this unit's hands."""

    vi = "Hồ sơ không do đơn vị này thụ lý."


class UnitStillThere(Refusal):
    """Only what an ended unit has in hand goes to a successor, and this unit has not ended."""

    vi = "Chỉ bàn giao hồ sơ của đơn vị đã chấm dứt hoạt động; đơn vị này chưa chấm dứt."


class NotASuccessor(Refusal):
    """The unit is not among those that succeed the ended one on that day."""

    vi = "Đơn vị nhận không phải là đơn vị kế thừa vào ngày đó."


class UnknownEscalationRule(Refusal):
    """No escalation rule has this code."""

    vi = "Không có quy tắc nhắc việc mang mã này."


class RuleNotMet(Refusal):
    """The dossier does not meet this rule now, or for another promise or request than this."""

    vi = "Hồ sơ lúc này không thuộc trường hợp của quy tắc, hoặc thuộc về lần hẹn, lần yêu cầu khác."


class MoreThanOnline(Refusal):
    """More is asked for than the procedure states for dossiers that come through a portal."""

    vi = "Số tiền yêu cầu cao hơn mức thu quy định cho hồ sơ nộp trực tuyến."
