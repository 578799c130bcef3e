"""Why a message is parked, in words a clerk understands. The docstring is the message."""

from domain.errors import Reasoned


class Unfit(Reasoned):
    """The message cannot be handled."""

    vi = "Không xử lý được thông điệp."


class KeyMissing(Unfit):
    """The message has no key; its sender has to key it by the dossier's code."""

    vi = "Thông điệp không có khóa; bên gửi phải đặt khóa là mã hồ sơ."


class AnotherKey(Unfit):
    """The message is keyed by something other than the dossier it speaks of, so its order is not certain."""

    vi = "Khóa của thông điệp khác mã hồ sơ ghi trong nội dung nên không bảo đảm thứ tự."


class Empty(Unfit):
    """The message has no content."""

    vi = "Thông điệp không có nội dung."


class TooLarge(Unfit):
    """The message is larger than anything that is expected here."""

    vi = "Thông điệp lớn hơn mức cho phép."


class NotJson(Unfit):
    """The message is not JSON in UTF-8."""

    vi = "Nội dung không phải JSON mã hóa UTF-8."


class NotACloudEvent(Unfit):
    """The message is not a CloudEvent 1.0: an attribute is missing or cannot be read."""

    vi = "Thông điệp không đúng chuẩn CloudEvents 1.0: thiếu thuộc tính hoặc thuộc tính không đọc được."


class UnknownType(Unfit):
    """Nothing here handles messages of this type."""

    vi = "Không có xử lý nào cho loại thông điệp này."


class NewerVersion(Unfit):
    """The message is of a newer version than this installation knows; update it, then retry."""

    vi = "Thông điệp thuộc phiên bản mới hơn hệ thống này; hãy cập nhật rồi thử lại."


class Unreadable(Unfit):
    """A value of the message is missing or not what its description asks for."""

    vi = "Một giá trị trong thông điệp bị thiếu hoặc không đúng mô tả."


class InTheFuture(Unfit):
    """It is said to have happened in the future; the sender's clock is wrong."""

    vi = "Thời điểm ghi trong thông điệp ở tương lai; đồng hồ của bên gửi sai."


class HandlerFailed(Unfit):
    """The program failed on this message; its log tells the operator why."""

    vi = "Chương trình gặp lỗi với thông điệp này; nhật ký hệ thống có chi tiết."


class WaitsBehind(Unfit):
    """An earlier message of the same dossier is parked; this one follows when that one is settled."""

    vi = "Thông điệp trước của cùng hồ sơ đang bị giữ; thông điệp này sẽ được xử lý sau đó."
