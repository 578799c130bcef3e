"""The administration's past stays readable: one golden fact of every type, as it was first stored, never edited."""

import json
from pathlib import Path

import pytest

from domain.administration.kinds import FACT_TYPES
from service.administration_codec import decode, encode

GOLDEN = Path(__file__).parent.parent / "golden" / "administration"


def test_every_fact_has_a_golden_file_and_every_file_a_fact() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(FACT_TYPES)


@pytest.mark.parametrize("name", sorted(FACT_TYPES))
def test_a_golden_fact_is_read_and_written_back_byte_for_byte(name: str) -> None:
    pretty = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    compact = json.dumps(pretty, ensure_ascii=False, separators=(",", ":")).encode()
    recorded = decode(name, compact, 1, 1)
    assert type(recorded.fact) is FACT_TYPES[name]
    assert encode(recorded.fact, recorded.envelope) == compact
