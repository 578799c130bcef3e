"""What payment platforms send, as it is agreed with them."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from domain.codes import CODE_PATTERN

NOTICE_TYPE: Final = "payment.notice.v1"


class PaymentNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What a payment platform tells of one payment. ``provider`` and ``provider_reference`` together name it."""

    provider: Annotated[str, Meta(min_length=1, max_length=64, description="The platform's short name, e.g. vnpay.")]
    provider_reference: Annotated[str, Meta(min_length=1, max_length=128, description="Its own number of the payment.")]
    dossier_code: Annotated[str, Meta(pattern=CODE_PATTERN, description="The dossier that was paid for.")]
    amount: Annotated[int, Meta(gt=0, le=10**15, description="What arrived, in đồng.")]
    paid_at: Annotated[datetime, Meta(tz=True, description="When it was paid, RFC 3339 with an offset.")]
    status: Annotated[
        Literal["succeeded", "pending", "failed"], Meta(description="Only what succeeded is recorded as paid.")
    ]
    receipt_number: Annotated[
        str, Meta(max_length=64, description="Of the electronic receipt, where there is one.")
    ] = ""
