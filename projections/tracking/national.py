"""The status codes under which dossiers are synchronised nationally: a projection of finer facts."""

from enum import IntEnum
from typing import Final

from domain.dossier.dossier import IN_PROCESS_STAGES, Finance, Stage

SOURCE: Final = "codes and transitions as other systems implement them; no published text was read"
CONFIDENCE: Final = "inferred"


class NationalStatus(IntEnum):
    """Code and meaning."""

    REGISTERED = 1  # Mới đăng ký
    RECEIVED = 2  # Được tiếp nhận
    NOT_RECEIVED = 3  # Không được tiếp nhận
    IN_PROCESS = 4  # Đang xử lý
    SUPPLEMENT_ASKED = 5  # Yêu cầu bổ sung giấy tờ
    PAYMENT_ASKED = 6  # Yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWN = 7  # Công dân yêu cầu rút hồ sơ
    STOPPED = 8  # Dừng xử lý
    DONE = 9  # Đã xử lý xong
    RETURNED = 10  # Đã trả kết quả


NEXT: Final[dict[NationalStatus, frozenset[NationalStatus]]] = {
    NationalStatus(status): frozenset(map(NationalStatus, following))
    for status, following in {
        1: (2, 3, 7),
        2: (4, 5, 7, 8),
        3: (),
        4: (5, 6, 7, 8, 9),
        5: (4, 7, 8),
        6: (4, 7, 8),
        7: (),
        8: (),
        9: (10,),
        10: (),
    }.items()
}
"""The transitions allowed. One fact may stand for several in a row, e.g. 2 → 4 → 6 when payment is asked at once."""

_BY_STAGE: Final[dict[str, NationalStatus]] = {
    Stage.SUBMITTED: NationalStatus.REGISTERED,
    Stage.RECEPTION_REFUSED: NationalStatus.NOT_RECEIVED,
    Stage.REFUSED: NationalStatus.STOPPED,
    Stage.STOPPED: NationalStatus.STOPPED,
    Stage.WITHDRAWN: NationalStatus.WITHDRAWN,
    Stage.SEALED: NationalStatus.DONE,
    Stage.RETURNED: NationalStatus.RETURNED,
}


def national_status(
    stage: str, finance: str, *, accepted: bool, supplement_asked: bool, handled: bool
) -> NationalStatus:
    """The code of a dossier at a ``Stage`` and ``Finance``. ``handled``: something was done since it was received.

    A dossier stopped before it was received counts as not received; one that waits before that stays registered,
    since no other code is allowed there.
    """
    if stage == Stage.STOPPED and not accepted:
        return NationalStatus.NOT_RECEIVED
    if stage not in IN_PROCESS_STAGES:
        return _BY_STAGE[stage]
    if supplement_asked:
        return NationalStatus.SUPPLEMENT_ASKED
    if finance == Finance.DUE:
        return NationalStatus.PAYMENT_ASKED
    return NationalStatus.IN_PROCESS if handled else NationalStatus.RECEIVED
