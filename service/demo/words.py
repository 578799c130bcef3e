"""What officers and applicants write in the generated dossiers."""

from typing import Final

LEGAL_BASIS: Final = "Căn cứ mẫu của dữ liệu mô phỏng"

NOT_RECEIVED: Final = (
    "Hồ sơ không thuộc thẩm quyền giải quyết của đơn vị",
    "Thủ tục người nộp chọn không đúng với yêu cầu",
    "Hồ sơ trùng với hồ sơ đang được giải quyết",
)
TO_SUPPLEMENT: Final = (
    "Bản chụp mờ, đề nghị nộp lại bản rõ",
    "Thông tin không khớp với tờ khai, đề nghị kiểm tra và bổ sung",
    "Thiếu chữ ký của người khai",
    "Giấy tờ đã hết giá trị sử dụng",
)
MISSING: Final = "Chưa có trong hồ sơ, đề nghị nộp bổ sung"
ELIGIBLE: Final = (
    "Hồ sơ đủ điều kiện, đề nghị phê duyệt",
    "Đã đối chiếu cơ sở dữ liệu, đủ điều kiện giải quyết",
    "Thành phần hồ sơ đầy đủ, hợp lệ",
)
NOT_ELIGIBLE: Final = (
    "Không đủ điều kiện theo quy định của thủ tục",
    "Thông tin khai không đúng với dữ liệu đối chiếu",
)
DECLINED: Final = (
    "Đề nghị thẩm định lại nội dung đối chiếu",
    "Dự thảo kết quả chưa đúng mẫu",
)
APOLOGY: Final = (
    "Cần lấy ý kiến của đơn vị phối hợp, chưa có trả lời",
    "Số lượng hồ sơ tăng đột biến, đơn vị xin lỗi và hẹn lại",
    "Hệ thống cơ sở dữ liệu chuyên ngành gián đoạn",
)
WITHDRAWN: Final = (
    "Người nộp không còn nhu cầu",
    "Người nộp sẽ nộp lại hồ sơ ở đơn vị khác",
)
STOPPED: Final = (
    "Có tranh chấp đang được giải quyết",
    "Người nộp đề nghị tạm dừng nhưng không quay lại",
)
NOT_ANSWERED: Final = "Quá thời hạn mà người nộp không bổ sung hồ sơ"
NOT_PAID: Final = "Quá thời hạn mà người nộp không hoàn thành nghĩa vụ tài chính"
WAIVED: Final = (
    "Người nộp thuộc hộ nghèo",
    "Người nộp là người có công",
)
CORRECTION: Final = (
    "Nhập nhầm khi tiếp nhận",
    "Đính chính theo biên bản kiểm tra",
)
PAYMENT_CHANNELS: Final = ("payment-platform", "bank-transfer", "card")

APPRAISAL: Final = "Thẩm định hồ sơ"
CONSULTATION: Final = "Lấy ý kiến phối hợp"
APPROVAL: Final = "Phê duyệt, ký kết quả"
SEAL: Final = "Đóng dấu, chuyển trả kết quả"

CORRECTION_AUTHORITY: Final = "Phiếu đính chính (mô phỏng)"
