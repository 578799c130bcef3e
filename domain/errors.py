"""What can be answered instead of events. Docstrings are the English messages, ``vi`` the Vietnamese ones."""

import re
from typing import ClassVar


class Complaint(Exception):
    """What went wrong and what to do about it, in words for whoever asked; the command line says it as it is."""


class Reasoned(Exception):
    """It could not be done; the class says why."""

    vi: ClassVar[str] = "Không thực hiện được."

    def __init__(self, **details: str) -> None:
        """``details`` name what a clerk needs to mend the matter: codes and dates, never personal values."""
        self.details = details
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        """An answer may travel between processes."""
        return _answered, (type(self), self.details)

    @property
    def message(self) -> str:
        """The rule in plain English, then the details."""
        text = (type(self).__doc__ or "").strip()
        return f"{text} ({', '.join(f'{k}: {v}' for k, v in self.details.items())})" if self.details else text

    @property
    def message_vi(self) -> str:
        """The rule in Vietnamese, then the details."""
        details = ", ".join(f"{k}: {v}" for k, v in self.details.items())
        return f"{self.vi} ({details})" if details else self.vi

    @property
    def slug(self) -> str:
        """A stable name for problem types and metrics, e.g. ``fee-outstanding``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


def _answered(kind: type[Reasoned], details: dict[str, str]) -> Reasoned:
    return kind(**details)


class DossierError(Reasoned):
    """The command could not be carried out."""

    vi = "Không thực hiện được lệnh."


class Refusal(DossierError):
    """The rules forbid this act on this dossier now."""

    vi = "Quy định không cho phép thực hiện việc này với hồ sơ lúc này."


class Malformed(DossierError):
    """A value of the command cannot be read."""

    vi = "Giá trị trong lệnh không đọc được."


class UnknownCursor(Malformed):
    """This cursor was not given by the list; start again without one."""

    vi = "Con trỏ này không do hệ thống cấp; hãy bắt đầu lại không kèm con trỏ."


class UnknownDossier(DossierError):
    """No dossier has this code."""

    vi = "Không có hồ sơ nào mang mã này."


class StaleVersion(DossierError):
    """The dossier has changed since you read it; read it again and decide anew."""

    vi = "Hồ sơ đã thay đổi sau khi bạn xem; hãy xem lại rồi quyết định."


class KeyReused(DossierError):
    """This idempotency key already belongs to another command; use a new key for a new command."""

    vi = "Khóa chống trùng này đã dùng cho lệnh khác; hãy dùng khóa mới cho lệnh mới."


class TryLater(DossierError):
    """The service is too busy or its database is away; nothing was changed, send the same command again."""

    vi = "Hệ thống đang quá tải hoặc mất kết nối cơ sở dữ liệu; hãy gửi lại đúng lệnh này."


class InternalFault(DossierError):
    """The service failed on this command; nothing was changed, and its log tells the operator why."""

    vi = "Hệ thống gặp lỗi khi xử lý lệnh này; chưa có gì thay đổi, nhật ký hệ thống có chi tiết."
