"""The index of subjects on a real database: found by number, kept without one, and the same when it is built anew."""

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from domain.applicant import ApplicantKind, Personal
from domain.dossier.commands import Command
from domain.dossier.events import ComponentForm, ReuseSource
from domain.identity import Scheme
from domain.ports import Done
from domain.reuse import Offer, ReuseBucket, ReuseQuery
from projections.ports import LogBatch, Partition
from service import wiring
from service.log import PostgresEventLog
from service.postgres_cluster import PROGRAMS
from service.registers import UnusableRegister, load_register, registers
from service.reusing import dossiers, report
from service.subject_key import SubjectKey, SubjectKeyError, read_key
from service.subject_reads import look_up, offers
from service.subjects import OtherKey, catch_up, follow, read_on, read_state
from service.subjects_anew import differences, rebuild
from tests.domain.dossier import pasts as p
from tests.domain.dossier.test_identifying import REGISTER, WITH_REGISTER
from tests.examples import ALICE, LIFE, SHA, at, components
from tests.service.doors import connector, door, request
from tests.waiting import until

KEY: Final = SubjectKey(b"k" * 32)
OTHER_KEY: Final = SubjectKey(b"o" * 32)
THAY: Final = p.REPRESENT.representative
COMPANY: Final = Personal(full_name="Công ty TNHH Mô phỏng", personal_number="0314409058")
TODAY: Final = date(2026, 3, 20)
MARCH: Final = ReuseQuery(since=date(2026, 3, 1), until=date(2026, 3, 31))

SUBMIT: Final = p.SUBMIT
ORGANISATION: Final = replace(SUBMIT, applicant_kind=ApplicantKind.ORGANISATION, personal=COMPANY)
NOBODY: Final = replace(SUBMIT, personal=None)
FORM, CARD = components("TK", "CC")
LACKING: Final = replace(SUBMIT, components=(FORM,))
LOOKED_UP: Final = replace(SUBMIT, components=(FORM, replace(CARD, form=ComponentForm.LOOKED_UP)))
LOOK_UP: Final = replace(p.REUSE, component="CC", source_kind=ReuseSource.REGISTER, source=REGISTER)


class Office:
    """Dossiers led through the real door into one database, and the index kept from its log."""

    def __init__(self, url: str) -> None:
        self.url, self.connect = url, connector(url)
        self._door = door(url, rules=WITH_REGISTER)

    def dossier(self, *commands: Command, submit: Command, key: str) -> str:
        """The code of a new dossier that was led through the commands."""
        [outcome] = self._door.handle([request(submit, key=key)])
        assert isinstance(outcome, Done), outcome
        for command in commands:
            self.act(outcome.code, command)
        return outcome.code

    def act(self, code: str, command: Command) -> None:
        [done] = self._door.handle([request(command, code)])
        assert isinstance(done, Done), done

    def found(self, scheme: Scheme, number: str, key: SubjectKey = KEY) -> dict[str, Sequence[str]]:
        catch_up(self.connect, key)
        with self.connect() as connection:
            return dict(look_up(connection, key.hash(scheme, number), "cb-01"))

    def rows(self) -> list[list[Any]]:
        with self.connect() as connection:
            return [
                connection.execute("SELECT * FROM subject_index ORDER BY subject, dossier_id, role").fetchall(),
                connection.execute("SELECT * FROM dossier_reuse ORDER BY dossier_id").fetchall(),
            ]

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    opened = Office(database_url)
    yield opened
    opened.close()


@pytest.fixture
def known(office: Office) -> dict[str, str]:
    """The codes of dossiers of all sorts, by name; the index has read them."""
    made = {
        "alice": office.dossier(*LIFE, submit=SUBMIT, key="1"),
        "alice-again": office.dossier(p.ACCEPT, submit=SUBMIT, key="2"),
        "represented": office.dossier(p.REPRESENT, submit=NOBODY, key="3"),
        "verified": office.dossier(p.VERIFY, submit=NOBODY, key="4"),
        "company": office.dossier(submit=ORGANISATION, key="5"),
        "reused": office.dossier(LOOK_UP, p.ACCEPT, submit=LACKING, key="6"),
        "looked-up": office.dossier(p.ACCEPT, submit=LOOKED_UP, key="7"),
    }
    catch_up(office.connect, KEY)
    return made


def test_a_number_finds_the_dossiers_in_which_it_occurs_and_as_whom(office: Office, known: dict[str, str]) -> None:
    assert office.found(Scheme.PERSONAL_NUMBER, ALICE.personal_number) == {
        known["alice"]: ["applicant", "recipient"],
        **{known[name]: ["applicant"] for name in ("alice-again", "verified", "reused", "looked-up")},
    }
    assert office.found(Scheme.PERSONAL_NUMBER, THAY.personal_number) == {known["represented"]: ["representative"]}
    assert office.found(Scheme.TAX_CODE, "0314409058") == {known["company"]: ["applicant"]}
    assert office.found(Scheme.PERSONAL_NUMBER, "999199000000") == {}


@pytest.mark.usefixtures("known")
def test_with_another_key_nobody_is_found_and_the_index_is_not_touched(office: Office) -> None:
    before = office.rows()
    with pytest.raises(OtherKey, match="motcua subjects rebuild"):
        catch_up(office.connect, OTHER_KEY)
    with office.connect() as connection:
        assert look_up(connection, OTHER_KEY.hash(Scheme.PERSONAL_NUMBER, ALICE.personal_number), "cb-01") == {}
    assert office.rows() == before


@pytest.mark.usefixtures("known")
def test_whoever_looks_somebody_up_is_on_record(office: Office) -> None:
    office.found(Scheme.TAX_CODE, "0314409058")
    with office.connect() as connection:
        kept = connection.execute("SELECT actor, subject, found FROM subject_lookup").fetchall()
    assert kept == [("cb-01", KEY.hash(Scheme.TAX_CODE, "0314409058"), 1)]


@pytest.mark.usefixtures("known")
def test_what_is_built_anew_is_what_was_there(office: Office) -> None:
    before, told = office.rows(), list[int]()
    assert all(before)
    assert list(differences(office.connect, KEY)) == []
    assert rebuild(office.connect, KEY, told.append) == 7
    assert (office.rows(), told) == (before, [7])


@pytest.mark.usefixtures("known")
def test_what_differs_from_the_log_is_named_and_mended_by_a_rebuild(office: Office) -> None:
    before = office.rows()
    with office.connect() as connection:
        connection.execute("DELETE FROM subject_index WHERE role = 'representative'")
        connection.execute("UPDATE dossier_reuse SET reused = '{TK}' WHERE reused = '{CC}'")
        connection.execute("INSERT INTO subject_index VALUES ('x', gen_random_uuid(), 'applicant')")
    assert len(list(differences(office.connect, KEY))) == 3
    rebuild(office.connect, KEY)
    assert office.rows() == before


def test_a_lost_key_is_replaced_by_a_rebuild(office: Office, known: dict[str, str]) -> None:
    rebuild(office.connect, OTHER_KEY)
    with pytest.raises(OtherKey):
        catch_up(office.connect, KEY)
    assert known["company"] in office.found(Scheme.TAX_CODE, "0314409058", OTHER_KEY)


@pytest.mark.usefixtures("known")
def test_an_interrupted_rebuild_goes_on_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before, told = office.rows(), list[int]()
    monkeypatch.setattr("service.subjects_anew.BATCH", 2)

    def interrupted(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(office.connect, KEY, interrupted)
    assert office.rows() == before
    assert rebuild(office.connect, KEY, told.append) == 3
    assert (office.rows(), told) == (before, [2, 3])


@pytest.mark.usefixtures("known")
def test_what_happens_during_a_rebuild_is_in_it(office: Office) -> None:
    late = list[str]()

    def meanwhile(_: int) -> None:
        late.append(office.dossier(submit=ORGANISATION, key="late"))
        catch_up(office.connect, KEY)

    rebuild(office.connect, KEY, meanwhile)
    assert late[0] in office.found(Scheme.TAX_CODE, "0314409058")
    assert list(differences(office.connect, KEY)) == []


def test_of_several_that_follow_the_log_one_does_and_another_takes_over(office: Office, tmp_path: Path) -> None:
    stops = [threading.Event(), threading.Event()]
    file = tmp_path / "subject.key"
    threads = [threading.Thread(target=follow, args=(office.connect, file, stop)) for stop in stops]

    def indexed() -> int:
        with office.connect() as connection:
            row = connection.execute("SELECT count(*) FROM subject_index").fetchone()
        return row[0] if row else 0

    office.dossier(submit=SUBMIT, key="1")
    for thread in threads:
        thread.start()
    try:
        until(lambda: indexed() == 1)
        stops[0].set()
        threads[0].join()
        office.dossier(submit=ORGANISATION, key="2")
        until(lambda: indexed() == 2)
    finally:
        for stop, thread in zip(stops, threads, strict=True):
            stop.set()
            thread.join()


WHOLE: Final = Partition()


class _MovedMeanwhile(PostgresEventLog):
    """A log during whose reading a rebuild puts an older position in place."""

    def read(self, after: int, limit: int, partition: Partition = WHOLE) -> LogBatch:
        batch = super().read(after, limit, partition)
        with self._connect() as other:
            other.execute("UPDATE subject_index_state SET position = 0")
        return batch


def test_a_position_that_moved_meanwhile_is_read_anew(office: Office) -> None:
    office.dossier(submit=SUBMIT, key="1")
    catch_up(office.connect, KEY)
    office.dossier(submit=ORGANISATION, key="2")
    with office.connect() as connection, closing(_MovedMeanwhile(office.connect)) as log:
        assert read_on(connection, log, KEY)
        assert read_state(connection).position == 0
    catch_up(office.connect, KEY)
    assert list(differences(office.connect, KEY)) == []


def _dumped(url: str, *options: str) -> str:
    dump = [str(PROGRAMS / "pg_dump"), "--inserts", *options, url]
    return subprocess.run(dump, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own words


@pytest.mark.usefixtures("known")
def test_no_number_stands_anywhere_but_in_the_log(office: Office) -> None:
    """Everything else in the database is dumped as text and searched."""
    office.found(Scheme.PERSONAL_NUMBER, ALICE.personal_number)
    rebuild(office.connect, KEY)
    wiring.catch_up(office.url)
    text = _dumped(office.url, "--exclude-table-data=stored_events")
    assert "INSERT INTO public.tracking VALUES" in text
    assert "INSERT INTO public.subject_index VALUES" in text
    assert "INSERT INTO public.subject_lookup OVERRIDING SYSTEM VALUE VALUES" in text
    for personal in (ALICE, THAY, COMPANY):
        for value in personal.values():
            assert value not in text
            assert value.encode().hex() not in text
    assert ALICE.personal_number.encode().hex() in _dumped(office.url), "the search finds what is there"


def test_the_key_is_made_once_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "subject.key"
    with pytest.raises(SubjectKeyError, match="put the file back"):
        read_key(file, make=False)
    made = list[bytes]()
    threads = [threading.Thread(target=lambda: made.append(read_key(file, make=True).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["subject.key"]


def test_a_key_that_others_can_read_or_that_is_none_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "subject.key"
    read_key(file, make=True)
    file.chmod(0o644)
    with pytest.raises(SubjectKeyError, match="chmod 600"):
        read_key(file, make=False)
    file.chmod(0o600)
    file.write_bytes(os.urandom(5))
    with pytest.raises(SubjectKeyError, match="5 bytes instead of 32"):
        read_key(file, make=False)


HEADER: Final = "register,scheme,number,document,document_sha256,issued_on,valid_until\n"


def csv_file(folder: Path, *rows: str) -> Path:
    file = folder / "register.csv"
    file.write_text(HEADER + "".join(f"{each}\n" for each in rows), encoding="utf-8")
    return file


def row(number: str = ALICE.personal_number, sha: str = SHA, days: str = "2020-01-01,") -> str:
    return f"{REGISTER},personal-number,{number},Thẻ căn cước,{sha},{days}"


def test_what_a_register_holds_is_offered_to_whom_it_concerns_while_it_is_valid(office: Office, tmp_path: Path) -> None:
    file = csv_file(
        tmp_path,
        row(),
        row(sha="b" * 64, days="2020-01-01,2026-03-19"),
        row(sha="c" * 64, days="2026-03-21,"),
        row(number=THAY.personal_number, sha="d" * 64),
    )
    code = office.dossier(submit=LACKING, key="1")
    catch_up(office.connect, KEY)
    with office.connect() as connection:
        assert load_register(connection, file, KEY) == 4
        assert load_register(connection, file, KEY) == 4
        assert registers(connection) == [(REGISTER, 4)]
        assert offers(connection, WITH_REGISTER, KEY, code, TODAY) == [
            Offer(
                component="CC",
                source_kind=ReuseSource.REGISTER,
                source=REGISTER,
                document="Thẻ căn cước",
                document_sha256=SHA,
                since=date(2020, 1, 1),
            )
        ]
        assert offers(connection, WITH_REGISTER, KEY, "H99.99-260302-0001", TODAY) is None


def test_an_offer_is_taken_by_the_act_that_it_names(office: Office, tmp_path: Path) -> None:
    code = office.dossier(submit=LACKING, key="1")
    with office.connect() as connection:
        load_register(connection, csv_file(tmp_path, row()), KEY)
        [offer] = offers(connection, WITH_REGISTER, KEY, code, TODAY) or []
        office.act(code, replace(LOOK_UP, source=offer.source, document_sha256=offer.document_sha256))
        assert offers(connection, WITH_REGISTER, KEY, code, TODAY) == []
    office.act(code, p.ACCEPT)


def test_what_was_signed_for_the_same_applicant_is_offered(office: Office, known: dict[str, str]) -> None:
    with office.connect() as connection:
        assert offers(connection, WITH_REGISTER, KEY, known["alice-again"], TODAY) == [
            Offer(
                component=None,
                source_kind=ReuseSource.RESULT_STORE,
                source=known["alice"],
                document="Cấp bản sao trích lục hộ tịch",
                document_sha256=SHA,
                since=date(2026, 3, 4),
            )
        ]
        assert offers(connection, WITH_REGISTER, KEY, known["company"], TODAY) == []
        assert offers(connection, WITH_REGISTER, KEY, known["represented"], TODAY) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(number="12345"), "number is not written as a personal-number"),
        (row(sha="x"), "64 hexadecimal"),
        (row(days="1/1/2020,"), "YYYY-MM-DD"),
        (row().replace("personal-number", "passport"), "scheme is none of"),
        (row().replace("Thẻ căn cước", " "), "document is blank"),
    ],
)
def test_a_register_is_loaded_whole_or_not_at_all(office: Office, tmp_path: Path, bad: str, reason: str) -> None:
    with office.connect() as connection:
        with pytest.raises(UnusableRegister, match=reason) as refused:
            load_register(connection, csv_file(tmp_path, row(), bad), KEY)
        assert "row 3" in str(refused.value)
        assert bad.split(",")[2] not in str(refused.value)
        assert registers(connection) == []


def test_a_file_that_is_no_register_says_so(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    with office.connect() as connection:
        with pytest.raises(UnusableRegister, match="cannot be read"):
            load_register(connection, file, KEY)
        file.write_text("register,number\n", encoding="utf-8")
        with pytest.raises(UnusableRegister, match="the header lacks scheme"):
            load_register(connection, file, KEY)


def test_the_share_not_asked_again_and_the_dossiers_behind_it(office: Office, known: dict[str, str]) -> None:
    with office.connect() as connection:
        told = report(connection, WITH_REGISTER, MARCH)
        lists = {bucket: dossiers(connection, WITH_REGISTER, MARCH, bucket, limit=10) for bucket in ReuseBucket}
    total = told.total
    assert (total.dossiers, total.required, total.reused, total.looked_up, total.asked) == (4, 8, 1, 1, 6)
    assert (total.share, total.unmeasured, told.rows) == (0.25, 0, (replace(total, key=SUBMIT.procedure),))
    asked, not_asked = lists[ReuseBucket.ASKED].lines, lists[ReuseBucket.NOT_ASKED].lines
    assert [line.code for line in not_asked] == sorted([known["reused"], known["looked-up"]])
    assert (lists[ReuseBucket.ASKED].count, lists[ReuseBucket.UNMEASURED].count) == (4, 0)
    assert sum(len(line.asked) for line in asked) == total.asked
    assert sum(len(line.reused) for line in not_asked) == total.reused
    assert sum(len(line.looked_up) for line in not_asked) == total.looked_up


@pytest.mark.usefixtures("known")
def test_the_list_is_read_page_by_page(office: Office) -> None:
    codes, after = list[str](), ""
    with office.connect() as connection:
        while True:
            page = dossiers(connection, WITH_REGISTER, MARCH, ReuseBucket.ASKED, after=after, limit=3)
            codes += [line.code for line in page.lines]
            if page.next is None:
                break
            after = page.next
    assert len(codes) == len(set(codes)) == page.count == 4


@pytest.mark.usefixtures("known")
def test_the_period_is_of_local_days_and_a_unit_has_those_below_it(office: Office) -> None:
    expected = [
        (MARCH, 4),
        (replace(MARCH, since=date(2026, 3, 2), until=date(2026, 3, 2)), 4),
        (replace(MARCH, since=date(2026, 3, 3)), 0),
        (replace(MARCH, until=date(2026, 3, 1)), 0),
        (replace(MARCH, unit="H99"), 4),
        (replace(MARCH, unit="H99.02.15"), 4),
        (replace(MARCH, unit="H99.02.1"), 0),
        (replace(MARCH, procedure="1.000001"), 0),
    ]
    with office.connect() as connection:
        for query, count in expected:
            assert report(connection, WITH_REGISTER, query).total.dossiers == count, query


@pytest.mark.usefixtures("known")
def test_what_the_catalogue_does_not_know_is_counted_apart(office: Office) -> None:
    with office.connect() as connection:
        connection.execute("UPDATE dossier_reuse SET procedure_version = 'lost' WHERE reused = '{CC}'")
        told = report(connection, WITH_REGISTER, MARCH).total
        listed = dossiers(connection, WITH_REGISTER, MARCH, ReuseBucket.UNMEASURED, limit=10)
    assert (told.dossiers, told.unmeasured, told.required, told.reused, told.looked_up) == (3, 1, 6, 0, 1)
    assert listed.count == 1


def test_a_corrected_acceptance_is_counted_where_it_belongs(office: Office) -> None:
    correct = replace(p.CORRECT, new_value=at(40).isoformat(), at=at(41))
    code = office.dossier(p.ACCEPT, correct, submit=SUBMIT, key="1")
    catch_up(office.connect, KEY)
    april = ReuseQuery(since=date(2026, 4, 1), until=date(2026, 4, 30))
    with office.connect() as connection:
        assert report(connection, WITH_REGISTER, MARCH).total.dossiers == 0
        listed = dossiers(connection, WITH_REGISTER, april, ReuseBucket.ASKED, limit=10)
    assert [line.code for line in listed.lines] == [code]


def test_of_nothing_there_is_no_share(office: Office) -> None:
    with office.connect() as connection:
        assert report(connection, WITH_REGISTER, MARCH).total.share is None


def test_a_database_that_is_away_does_not_end_whoever_follows(tmp_path: Path) -> None:
    stop, tries = threading.Event(), list[int]()

    def fails() -> psycopg.Connection[Any]:
        tries.append(1)
        stop.set()
        raise psycopg.OperationalError("away")

    follow(fails, tmp_path / "subject.key", stop)
    assert tries == [1]
