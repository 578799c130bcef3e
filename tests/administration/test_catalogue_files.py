"""The catalogue as files: what is written is read back as it was, and one bad row keeps everything out."""

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.administration.building import build
from domain.agency import UnitKind
from domain.money import Dues
from domain.procedure import Component, DocumentForm, OnlineLevel, Procedure, Step
from domain.term import Term, TermUnit
from service.catalogue_files import FORMATS, Published, UnusableCatalogue, read_catalogue, write_catalogue
from service.demo.catalogue import sample_catalogue
from tests.administrations import LONG_AGO
from tests.service.shell import motcua

TEXT = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="|\\"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() == text)
CODES = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
DUES = st.builds(Dues, fee=st.integers(0, 10**9), charge=st.integers(0, 10**9))


@st.composite
def published(draw: st.DrawFn) -> Published:
    unit, count = draw(st.sampled_from(list(TermUnit))), draw(st.integers(0, 3))
    quotas = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    with_quotas = draw(st.booleans())
    steps = [
        Step(code=f"s{number}", name_vi=draw(TEXT), name_en=draw(TEXT), role=draw(TEXT),
             quota=Term(quota, unit) if with_quotas else None)
        for number, quota in enumerate(quotas)
    ]  # fmt: skip
    components = draw(
        st.lists(
            st.builds(Component, code=CODES, name_vi=TEXT, name_en=TEXT, required=st.booleans(),
                      forms=st.lists(st.sampled_from(DocumentForm), unique=True).map(tuple),
                      looked_up_in=st.just("") | TEXT),
            max_size=3, unique_by=lambda component: component.code,
        )
    )  # fmt: skip
    procedure = Procedure(
        code=draw(st.from_regex(r"[0-9]\.[0-9]{6}", fullmatch=True)), version=draw(TEXT), name_vi=draw(TEXT),
        name_en=draw(TEXT), field_vi=draw(TEXT), field_en=draw(TEXT), level=draw(TEXT),
        online=draw(st.sampled_from(OnlineLevel)), term=Term(sum(quotas) or 5, unit), dues=draw(DUES),
        components=tuple(components), source=draw(TEXT), confidence=draw(TEXT),
        responsible=draw(st.none() | st.sampled_from(UnitKind)), online_dues=draw(st.none() | DUES), steps=tuple(steps),
        result_vi=draw(st.just("") | TEXT), result_en=draw(st.just("") | TEXT),
        legal_basis=tuple(draw(st.lists(TEXT, max_size=2))), links=tuple(draw(st.lists(CODES, max_size=2))),
    )  # fmt: skip
    return Published(
        procedure=procedure, effective_from=draw(st.dates(date(2000, 1, 1))), decision=draw(st.just("") | TEXT)
    )


@pytest.mark.parametrize("ending", FORMATS)
@given(written=st.lists(published(), max_size=4))
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
def test_what_is_written_is_read_back_as_it_was(tmp_path: Path, ending: str, written: list[Published]) -> None:
    file = tmp_path / f"catalogue{ending}"
    assert write_catalogue(file, written) == len(written)
    assert [each for _, each in read_catalogue(file)] == written


def test_the_sample_is_as_large_as_a_provinces_and_labelled_as_generated() -> None:
    sample = [each.procedure for each in sample_catalogue()]
    assert len({each.code for each in sample}) == len({each.name_vi for each in sample}) == 734
    assert Counter(each.online for each in sample) == {OnlineLevel.FULL: 617, OnlineLevel.PARTIAL: 117}
    assert all(each.confidence == "generated" and "(mẫu)" in each.name_vi and each.code[0] == "9" for each in sample)
    assert sample == [each.procedure for each in sample_catalogue()]
    rules = build(each.command(LONG_AGO) for each in sample_catalogue())
    assert len(rules.all_procedures(LONG_AGO.replace(year=2026))) == 734


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Any:
    return lambda *words: motcua(tmp_path, "procedures", *words, MOTCUA_DATABASE_URL=database_url)


def test_the_sample_goes_in_and_comes_out_in_every_format(run: Any, tmp_path: Path) -> None:
    assert run("sample", "sample.xlsx").returncode == 0
    assert "734 would be published" in run("import", "sample.xlsx", "--dry-run").stdout
    assert "734 published, 0 were so already" in run("import", "sample.xlsx").stdout
    for ending in FORMATS:
        assert run("export", f"all{ending}").returncode == 0
        told = run("import", f"all{ending}").stdout
        assert "0 published" in told
    written = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert len(written) >= 774


def test_one_bad_row_keeps_everything_out_and_every_bad_row_is_named(run: Any, tmp_path: Path) -> None:
    good = list(sample_catalogue(4))
    file = tmp_path / "catalogue.csv"
    write_catalogue(file, good)
    text = file.read_text(encoding="utf-8-sig")
    first, second = good[0].procedure, good[1].procedure
    spoilt = text.replace(f"{first.code},generated-1,2025-07-01", f"{first.code},generated-1,July", 1)
    spoilt = spoilt.replace(f"{second.code},generated-1", f"{second.code},", 1)
    file.write_text(spoilt, encoding="utf-8")
    told = run("import", "catalogue.csv")
    assert told.returncode == 2
    assert "catalogue.csv, line 2: effective_from is a day, written YYYY-MM-DD" in told.stderr
    assert "version is empty" in told.stderr
    file.write_text(text, encoding="utf-8")
    assert "4 published" in run("import", "catalogue.csv").stdout


def test_what_was_published_otherwise_is_named_by_its_line(run: Any, tmp_path: Path) -> None:
    good = list(sample_catalogue(3))
    write_catalogue(tmp_path / "a.json", good)
    assert "3 published" in run("import", "a.json").stdout
    other = replace(good[1], procedure=replace(good[1].procedure, name_vi="Tên khác"))
    write_catalogue(tmp_path / "b.json", [good[0], other])
    told = run("import", "b.json")
    assert (told.returncode, "b.json, line 2: Phiên bản này" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", "", "the ending has to be one of .csv, .xlsx, .json"),
        ("a.json", "{}", "a catalogue is a list"),
        ("a.json", "[{}]", "line 1: Object missing required field"),
        ("a.xlsx", "no workbook", "it cannot be read"),
        ("a.csv", "code,version", "columns are missing: effective_from"),
        ("a.csv", "", "columns are missing: code"),
        ("none.csv", None, "it cannot be read: "),
    ],
)
def test_an_unusable_file_says_why(tmp_path: Path, name: str, content: str | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnusableCatalogue, match=told):
        read_catalogue(tmp_path / name)


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("fee", "1.5", "fee is a whole number"),
        ("online", "maybe", "Invalid enum value 'maybe'"),
        ("components", "a | b", "a component has 6 parts"),
        ("components", "a | b | c | perhaps | | ", "is required or optional"),
        ("components", "a | b | c | required | stone | ", "no such form: stone"),
        ("steps", "a | b", "a step has 4 parts"),
        ("term_amount", "0", "a term is at least one"),
    ],
)
def test_a_bad_cell_is_told(tmp_path: Path, column: str, cell: str, told: str) -> None:

    file = tmp_path / "a.csv"
    write_catalogue(file, sample_catalogue(1))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        heads, row = csv.reader(opened)
    row[heads.index(column)] = cell
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([heads, row])
    with pytest.raises(UnusableCatalogue, match=told):
        read_catalogue(file)
