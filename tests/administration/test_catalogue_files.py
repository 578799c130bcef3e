"""The catalogue as files: what is written is read back as it was, and one bad row keeps everything out."""

import csv
import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zipfile import ZipFile

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.entries import Entries
from domain.administration.procedures import PROCEDURES, Span
from domain.agency import UnitKind
from domain.codes import HO_CHI_MINH
from domain.errors import Refusal
from domain.money import Dues
from domain.procedure import Component, DocumentForm, OnlineLevel, Procedure, Step
from domain.term import Term, TermUnit
from domain.text import without_diacritics
from service.catalogue_files import FORMATS, UnusableCatalogue, read_catalogue, write_catalogue
from service.catalogue_rows import COLUMNS, Listed, exported
from service.demo.catalogue import SERVICES, sample_catalogue
from service.rule_files import Confidence
from tests.administrations import LONG_AGO
from tests.service.shell import motcua

TEXT = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="|\\"),
    min_size=1,
    max_size=12,
)
TEXT = TEXT.map(partial(normalize, "NFC")).filter(lambda text: text.strip() == text)
CODES = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
CODES_OF_PROCEDURES = st.from_regex(r"[0-9]\.[0-9]{6}", fullmatch=True)
DUES = st.builds(Dues, fee=st.integers(0, 10**9), charge=st.integers(0, 10**9))


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
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
    return Procedure(
        code=draw(CODES_OF_PROCEDURES), version=draw(TEXT), name_vi=draw(TEXT),
        name_en=draw(TEXT), field_vi=draw(TEXT), field_en=draw(TEXT), level=draw(TEXT),
        online=draw(st.sampled_from(OnlineLevel)), term=Term(sum(quotas) or 5, unit), dues=draw(DUES),
        components=tuple(components), source=draw(TEXT), confidence=draw(st.sampled_from(Confidence)).value,
        responsible=draw(st.none() | st.sampled_from(UnitKind)), online_dues=draw(st.none() | DUES), steps=tuple(steps),
        result_vi=draw(st.just("") | TEXT), result_en=draw(st.just("") | TEXT),
        legal_basis=tuple(draw(st.lists(TEXT, max_size=2))), links=tuple(draw(st.lists(CODES, max_size=2))),
    )  # fmt: skip


@st.composite
def listed(draw: st.DrawFn) -> Listed:
    procedure = draw(procedures())
    return Listed(
        code=procedure.code, effective_from=draw(st.dates(date(2000, 1, 1))), decision=draw(st.just("") | TEXT),
        procedure=draw(st.sampled_from([procedure, None])),
    )  # fmt: skip


def published(count: int = SERVICES) -> list[Procedure]:
    return [each.procedure for each in sample_catalogue(count) if each.procedure is not None]


@pytest.mark.parametrize("ending", FORMATS)
@given(written=st.lists(listed(), max_size=4, unique_by=lambda each: (each.code, each.effective_from)))
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
def test_what_is_written_is_read_back_as_it_was(tmp_path: Path, ending: str, written: list[Listed]) -> None:
    file = tmp_path / f"catalogue{ending}"
    assert write_catalogue(file, written) == len(written)
    assert [each for _, each in read_catalogue(file)] == written


def test_the_sample_is_as_large_as_a_provinces_and_labelled_as_generated() -> None:
    sample = published()
    assert len({each.code for each in sample}) == len({each.name_vi for each in sample}) == 734
    assert Counter(each.online for each in sample) == {OnlineLevel.FULL: 617, OnlineLevel.PARTIAL: 117}
    assert all(each.confidence == "generated" and "(mẫu)" in each.name_vi and each.code[0] == "9" for each in sample)
    assert sample == published()
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
    first, second = published(2)
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
    other = replace(good[1], procedure=replace(published(2)[1], name_vi="Tên khác"))
    write_catalogue(tmp_path / "b.json", [good[0], other])
    told = run("import", "b.json")
    assert (told.returncode, "b.json, line 2: Phiên bản này" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", "{not", "it cannot be read: Expecting"),
        ("a.json", "[" * 100_000, "it cannot be read: maximum recursion"),
        ("a.json", '[{"code": "1.001193", "effective_from": "2026-01-01"}]', "missing required field `procedure`"),
        ("a.csv", ",".join(COLUMNS) + "\n" + "," * (len(COLUMNS) - 1) + ",more", "more cells than there are columns"),
        ("a.csv", ",".join((*COLUMNS, "code")), "a column is there twice: code"),
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
        ("code", "2.00063", "code is written like 1.001193, not '2.00063'; in a sheet it has to be text"),
        ("confidence", "sure", "confidence is one of legal text, declared"),
        ("status", "gone", "status is published or withdrawn, not 'gone'"),
        ("name_vi", "a\x07b", "a text has a control character"),
        ("name_vi", " ", "name_vi is empty"),
        ("online", "maybe", "Invalid enum value 'maybe'"),
        ("components", "a | b", "a component has 6 parts"),
        ("components", "a | b | c | perhaps | | ", "is required or optional"),
        ("components", "a | b | c | required | stone | ", "no such form: stone"),
        ("steps", "a | b", "a step has 4 or 6 parts"),
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


def _spoilt_sheet(file: Path, rows: list[list[Any]]) -> None:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(file)


def test_a_code_that_a_spreadsheet_took_for_a_number_is_not_taken_over(tmp_path: Path) -> None:
    """A sheet that holds 2.000630 as a number has lost its last digit, and it would be another procedure's code."""
    write_catalogue(tmp_path / "a.xlsx", sample_catalogue(1))
    rows = [list(row) for row in load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows(values_only=True)]
    rows[1][0] = 2.000630
    _spoilt_sheet(tmp_path / "a.xlsx", rows)
    with pytest.raises(UnusableCatalogue, match="in a sheet it has to be text"):
        read_catalogue(tmp_path / "a.xlsx")


def test_what_a_sheet_cannot_hold_is_not_cut_off_and_the_file_before_stays(tmp_path: Path) -> None:
    [good] = sample_catalogue(1)
    write_catalogue(tmp_path / "a.xlsx", [good])
    long = replace(good, procedure=replace(published(1)[0], name_vi="x" * 40_000))
    with pytest.raises(UnusableCatalogue, match=r"name_vi of 9\.500001 does not fit into a sheet"):
        write_catalogue(tmp_path / "a.xlsx", [long])
    assert [each for _, each in read_catalogue(tmp_path / "a.xlsx")] == [good]
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_broken_sheet_and_another_encoding_say_so(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<broken")
    with pytest.raises(UnusableCatalogue, match="it cannot be read"):
        read_catalogue(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_bytes("code,Đăng ký".encode("cp1258", "replace"))
    with pytest.raises(UnusableCatalogue, match="save as CSV UTF-8"):
        read_catalogue(tmp_path / "a.csv")


def test_a_table_with_semicolons_is_read_as_spreadsheets_in_viet_nam_write_it(tmp_path: Path) -> None:
    sample = list(sample_catalogue(5))
    write_catalogue(tmp_path / "a.csv", sample)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows(rows)
    assert [each for _, each in read_catalogue(tmp_path / "a.csv")] == sample


def test_words_are_read_in_one_form_and_a_day_of_a_procedure_once(tmp_path: Path) -> None:
    [good] = sample_catalogue(1)
    decomposed = replace(good, procedure=replace(published(1)[0], name_vi="Ca\u0302\u0301p"))
    write_catalogue(tmp_path / "a.csv", [decomposed])
    [(_, read)] = read_catalogue(tmp_path / "a.csv")
    assert read.procedure
    assert read.procedure.name_vi == "C\u1ea5p"
    write_catalogue(tmp_path / "a.csv", [good, good])
    with pytest.raises(UnusableCatalogue, match=r"line \d+: 9\.500001 from 2025-07-01 on is in line 2 already"):
        read_catalogue(tmp_path / "a.csv")


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 6))
ACTS = st.lists(st.tuples(st.sampled_from(["1.000001", "1.000002"]), st.sampled_from(["1", "2", "3", None]), DAYS))


def _acted(acts: list[tuple[str, str | None, date]]) -> Administration:
    """A catalogue that lived: versions published, brought back and overtaken, procedures withdrawn, in any order."""
    [version] = published(1)
    rules = Administration(Entries())
    for code, name, since in acts:
        procedure = replace(version, code=code, version=name) if name else None
        listed = Listed(code=code, effective_from=since, procedure=procedure, decision="1/QĐ")
        with suppress(Refusal):
            rules = build([listed.command(LONG_AGO)], rules.entries)
    return rules


def _timelines(rules: Administration) -> dict[str, tuple[Span, ...]]:
    return {code: entry.timeline for code, entry in rules.entries.of(PROCEDURES).items() if entry.timeline}


@pytest.mark.parametrize("ending", FORMATS)
@given(acts=ACTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_exported_and_imported_changes_nothing(
    tmp_path: Path, ending: str, acts: list[tuple[str, str | None, date]]
) -> None:
    rules = _acted(acts)
    file = tmp_path / f"catalogue{ending}"
    write_catalogue(file, exported(rules))
    commands = [each.command(LONG_AGO) for _, each in read_catalogue(file)]
    again = build(commands, rules.entries)
    assert again.entries.versions == rules.entries.versions, "a fact was added"
    elsewhere = build(commands)
    assert _timelines(elsewhere) == _timelines(rules)
    for code in ("1.000001", "1.000002"):
        for day in range(1, 9):
            at = datetime(2026, 1, day, 12, tzinfo=HO_CHI_MINH)
            assert elsewhere.procedure(code, at) == rules.procedure(code, at)


def test_the_catalogue_is_listed_published_and_withdrawn_from_the_command_line(run: Any, tmp_path: Path) -> None:
    [procedure] = published(1)
    body = {"effective_from": "2026-01-01", "decision": "1/QĐ", "procedure": msgspec.to_builtins(procedure)}
    (tmp_path / "one.json").write_text(json.dumps(body), encoding="utf-8")
    assert "would record: procedure.published.v1" in run("publish", "one.json", "--dry-run").stdout
    assert "recorded: procedure.published.v1" in run("publish", "one.json").stdout
    assert "nothing, it is so already" in run("publish", "one.json").stdout
    words = without_diacritics(procedure.name_vi)
    told = run("list", words, "--online", procedure.online.value).stdout
    assert procedure.name_vi in told
    assert "1 procedures" in told
    assert [each["code"] for each in json.loads(run("list", "9.500001", "--json").stdout)] == ["9.500001"]
    withdrawal = ("withdraw", "9.500001", "--from", "2026-02-01", "--decision", "2/QĐ")
    assert "recorded: procedure.withdrawn.v1" in run(*withdrawal).stdout
    assert json.loads(run("list", "9.500001", "--json").stdout) == []
    assert run("export", "all.csv").returncode == 0
    assert "0 published, " in run("import", "all.csv").stdout
    (tmp_path / "one.json").write_text("[]", encoding="utf-8")
    bad = run("publish", "one.json")
    assert (bad.returncode, "one.json: it has to be" in bad.stderr) == (2, True)
    twice = run("withdraw", "9.500001", "--from", "2026-03-01", "--decision", "3/QĐ")
    assert (twice.returncode, "Không có phiên bản" in twice.stderr) == (2, True), twice.stderr
