"""Money is whole đồng."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """A fee (phí) and a charge (lệ phí) are kept apart, in đồng, and are never negative.

    Raises:
        ValueError: an amount is negative.
    """

    fee: int = 0
    charge: int = 0

    def __post_init__(self) -> None:
        if self.fee < 0 or self.charge < 0:
            raise ValueError("a fee or charge is zero or more đồng")

    @property
    def total(self) -> int:
        """What has to arrive, in đồng."""
        return self.fee + self.charge
