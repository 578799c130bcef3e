"""Both languages say everything that can be asked of them."""

import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from importlib import resources

import pytest

from api.pages import tracking
from api.pages.parameters import DossiersAsked, HistoryAsked, Sort
from api.pages.words import Language, Words, load_words
from domain.agency import UnitKind
from domain.applicant import ApplicantKind, Personal
from domain.dossier.dossier import Delivery, Finance, Stage
from domain.dossier.events import EVENT_TYPES, Channel, ComponentForm, DeliveryMethod
from domain.term import PauseReason, TermUnit
from projections.on_time.report import Bucket, Counting

WORDS = load_words()
SECTIONS: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    resources.files("api.pages").joinpath("texts.toml").read_text(encoding="utf-8")
)
ENTRIES = [(f"{section}.{key}", text) for section, keys in SECTIONS.items() for key, text in keys.items()]


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("key", "text"), ENTRIES)
def test_every_text_is_in_both_languages_with_the_same_values(key: str, text: dict[str, str]) -> None:
    assert set(text) == {"vi", "en"}, key
    assert all(value.strip() for value in text.values()), key
    assert _placeholders(text["vi"]) == _placeholders(text["en"]), key


def _vocabularies() -> Iterator[str]:
    vocabularies = {
        "stage": Stage,
        "headline": Stage,
        "finance": Finance,
        "delivery": Delivery,
        "channel": Channel,
        "method": DeliveryMethod,
        "form": ComponentForm,
        "applicant_kind": ApplicantKind,
        "bucket": Bucket,
        "bucket_long": Bucket,
        "counting": Counting,
        "counting_help": Counting,
        "sort": Sort,
        "unit_kind": UnitKind,
        "term": TermUnit,
        "wait": PauseReason,
        "step_state": tracking.StepState,
    }
    for section, vocabulary in vocabularies.items():
        yield from (f"{section}.{word.value}" for word in vocabulary)
    yield from (f"event.{name}" for name in EVENT_TYPES)
    yield from (f"step.{step}" for step in tracking.STEPS)
    for kind in (*EVENT_TYPES.values(), Personal):
        yield from (f"field.{field.name}" for field in fields(kind))
    for question in (DossiersAsked, HistoryAsked):
        yield from (f"parameter.{field.alias or name}" for name, field in question.model_fields.items())


@pytest.mark.parametrize("key", sorted(set(_vocabularies())))
def test_every_word_of_the_domain_has_a_text(key: str) -> None:
    assert WORDS[Language.VI].has(key)


def _keys_in_templates() -> Iterator[str]:
    for template in resources.files("api.pages").joinpath("templates").iterdir():
        yield from re.findall(r'\bt\("([a-z_]+\.[a-z_-]+)"\s*[,)]', template.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(set(_keys_in_templates())))
def test_every_text_a_template_names_exists(key: str) -> None:
    assert WORDS[Language.VI].has(key)


@pytest.mark.parametrize(
    ("language", "instant", "number", "percent", "money"),
    [
        (Language.VI, "06:30, 08/10/2026", "1.250.795", "99,4%", "8.000 đồng"),
        (Language.EN, "8 Oct 2026, 06:30", "1,250,795", "99.4%", "8,000 VND"),
    ],
)
def test_values_are_written_as_the_language_writes_them(
    language: Language, instant: str, number: str, percent: str, money: str
) -> None:
    words: Words = WORDS[language]
    assert words.instant(datetime(2026, 10, 7, 23, 30, tzinfo=UTC)) == instant
    assert words.number(1_250_795) == number
    assert words.percent(994, 1000) == percent
    assert words.money(8000) == money


def test_a_share_is_never_rounded_up_to_the_whole() -> None:
    assert WORDS[Language.EN].percent(9_999, 10_000) == "99.9%"
    assert WORDS[Language.EN].percent(10_000, 10_000) == "100.0%"
