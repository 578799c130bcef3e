"""The structure from the command line, and dossiers handed to the successor of an ended unit."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from domain.dossier.commands import HandOver
from domain.dossier.events import Succeeded
from domain.envelope import Actor
from domain.ports import Done
from service import succession
from service.cli.reference import JSON_KEYS
from service.database import connect
from service.door import BatchDoor
from service.reads import recorded
from service.rule_book import LoggedRules
from service.streams import load
from service.wiring import catch_up, door
from tests.administrations import logged
from tests.domain.dossier.test_succession import MERGED, NEW, SPLIT
from tests.examples import BEGINNING, COMMUNE, LIFE, SUBMIT, UNIT, at
from tests.service.doors import now, request
from tests.service.shell import environment, motcua

OPTIONS: Final = ("--from", "2026-04-01", "--decision", "60/NQ")


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Any:
    def run(*words: str) -> Any:
        return motcua(tmp_path, "units", *words, MOTCUA_DATABASE_URL=database_url)

    return run


def begun(database_url: str, *acts: Any) -> LoggedRules:
    return logged(database_url, [*BEGINNING, *acts])


def handed_in(opened: BatchDoor, count: int) -> list[str]:
    outcomes = opened.handle([request(SUBMIT, key=f"d{number}") for number in range(count)])
    assert all(isinstance(each, Done) for each in outcomes)
    return [each.code for each in outcomes if isinstance(each, Done)]


def events_of(database_url: str, code: str) -> list[Any]:
    with connect(database_url, application_name="test") as connection:
        return [each.event for found in load(connection, [], [code]) for each in recorded(*found)]


def test_units_are_established_merged_shown_and_ended(run: Any, database_url: str) -> None:
    begun(database_url)
    described = ("--name-vi", "Xã Đức Phú", "--kind", "commune", "--parent", "H99")
    dry = run("establish", "H99.02.80", *described, *OPTIONS, "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "would record: unit.established.v1\n")
    assert run("establish", "H99.02.80", *described, *OPTIONS).returncode == 0
    assert "nothing, it is so already" in run("establish", "H99.02.80", *described, *OPTIONS).stdout
    merged = run("merge", "H99.02.81", "H99.02.80", COMMUNE, *described, "--from", "2026-05-01", "--decision", "61/NQ")
    assert "unit.established.v1, unit.ended.v1, unit.ended.v1" in merged.stdout, merged.stderr
    ended = run("end", "H99.02.81", "--successor", UNIT, "--from", "2026-06-01", "--decision", "62/NQ")
    assert "unit.ended.v1" in ended.stdout
    shown = json.loads(run("show", "H99.02.80", "--json").stdout)
    assert (shown["until"], shown["successors"], shown["ended_by"]) == ("2026-05-01", ["H99.02.81"], "61/NQ")
    assert shown["answering_today"] == [UNIT]
    assert set(shown) == set(JSON_KEYS["units show"])
    assert "Xã Đức Phú" in run("show", "H99.02.80").stdout
    then = json.loads(run("list", "--on", "2026-04-02", "--json", "--search", "duc phu").stdout)
    assert [each["unit"] for each in then] == ["H99.02.80"]
    assert set(then[0]) == set(JSON_KEYS["units list"])
    every = json.loads(run("list", "--ended", "--json", "--search", "duc phu").stdout)
    assert [each["unit"] for each in every] == ["H99.02.80", "H99.02.81"]


def test_a_unit_is_split_by_a_file(run: Any, database_url: str, tmp_path: Path) -> None:
    begun(database_url)
    part = {"name_vi": "Xã", "name_en": "", "kind": "commune", "parent": "H99", "calendar": "vn"}
    fields = {
        "into": [{"code": f"H99.02.8{n}", **part} for n in (1, 2)],
        "effective_from": "2026-04-01",
        "decision": "-",
    }
    (tmp_path / "parts.json").write_text(json.dumps(fields), encoding="utf-8")
    assert "unit.established.v1, unit.established.v1, unit.ended.v1" in run("split", COMMUNE, "parts.json").stdout


def test_what_an_ended_unit_has_is_handed_over_once(run: Any, database_url: str) -> None:
    """Submitted, in process in its own hands and in others', and one that another unit handed to it."""
    rules = begun(database_url, replace(MERGED, effective_from=at(4).date()))
    opened = door(database_url, rules)
    mine = handed_in(opened, 3)
    [lent] = [
        done.code for done in opened.handle([request(replace(SUBMIT, unit=UNIT), key="lent")]) if isinstance(done, Done)
    ]
    away = HandOver(step="x", to_unit=UNIT, to_officer="cb-09", to_title="", at=at(1))
    back = replace(away, to_unit=COMMUNE)
    steps = [(mine[1], LIFE[0]), (mine[2], LIFE[0]), (mine[2], away), (lent, LIFE[0]), (lent, back)]
    for code, command in steps:
        [outcome] = opened.handle([request(command, code=code)])
        assert isinstance(outcome, Done), outcome
    opened.close()
    done = run("succeed", COMMUNE, "--by", "qt-01")
    assert done.returncode == 0, done.stderr
    assert f"4 dossiers handed over from {COMMUNE} to {NEW}, 0 could not be" in done.stdout
    for code in (*mine, lent):
        [last] = [each for each in events_of(database_url, code) if isinstance(each, Succeeded)]
        assert (last.from_unit, last.to_unit, last.decision) == (COMMUNE, NEW, "60/NQ")
    again = json.loads(run("succeed", COMMUNE, "--json").stdout)
    assert again == {"refused": [], "unit": COMMUNE, "to": NEW, "handed_over": 0}
    assert set(again) == set(JSON_KEYS["units succeed"])


def test_an_interrupted_succession_goes_on(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(succession, "BATCH", 2)
    opened = door(database_url, begun(database_url, MERGED))
    codes = handed_in(opened, 5)

    def hand_over() -> Any:
        catch_up(database_url)
        with connect(database_url, application_name="test") as connection:
            total = succession.find_in_hand(connection, COMMUNE)
            yield total
            yield from succession.hand_over(
                connection, opened, unit=COMMUNE, to_unit=NEW, at=now(), actor=Actor(id="qt"), total=total
            )

    first = hand_over()
    assert [next(first), next(first).handed] == [5, 2]
    first.close()
    rest = list(hand_over())
    assert (rest[0], sum(each.handed for each in rest[1:])) == (3, 3)
    opened.close()
    assert all([type(each) for each in events_of(database_url, code)].count(Succeeded) == 1 for code in codes)


def succeeded(database_url: str) -> list[int]:
    """How many successions each dossier has that has any."""
    with connect(database_url, application_name="test") as connection:
        counts = connection.execute(
            "SELECT count(*) FROM stored_events WHERE topic = 'dossier.succeeded.v1' GROUP BY originator_id"
        ).fetchall()
    return [count for (count,) in counts]


@pytest.mark.slow
def test_a_succession_that_was_killed_is_run_again(run: Any, database_url: str, tmp_path: Path) -> None:
    opened = door(database_url, begun(database_url, MERGED))
    dossiers = 5 * succession.BATCH
    handed_in(opened, dossiers)
    opened.close()
    killed = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "service.cli", "units", "succeed", COMMUNE],
        cwd=tmp_path, env=environment(MOTCUA_DATABASE_URL=database_url),
    )  # fmt: skip
    while killed.poll() is None and not succeeded(database_url):
        time.sleep(0.001)
    killed.kill()
    killed.wait()
    before = len(succeeded(database_url))
    assert 0 < before < dossiers
    done = run("succeed", COMMUNE)
    assert f"{dossiers - before:,} dossiers handed over from {COMMUNE} to {NEW}, 0 could not be" in done.stdout
    assert succeeded(database_url) == [1] * dossiers


def test_the_dossiers_of_a_split_unit_go_where_they_are_told_to(run: Any, database_url: str, tmp_path: Path) -> None:
    opened = door(database_url, begun(database_url, SPLIT))
    first, second = handed_in(opened, 2)
    opened.close()
    (tmp_path / "codes").write_text(f"{first}\n", encoding="utf-8")
    unsaid = run("succeed", COMMUNE)
    assert (unsaid.returncode, "name one with --to" in unsaid.stderr) == (2, True)
    assert "1 dossiers handed over" in run("succeed", COMMUNE, "--to", NEW, "--dossiers", "codes").stdout
    assert "1 dossiers handed over" in run("succeed", COMMUNE, "--to", f"{NEW[:-1]}8").stdout
    assert events_of(database_url, second)[-1].to_unit == f"{NEW[:-1]}8"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("succeed", "H99.77"), "there is no unit"),
        (("succeed", UNIT), "has not ended"),
        (("succeed", COMMUNE, "--to", UNIT), "does not succeed"),
        (("show", "H99.77"), "there is no unit"),
        (("end", UNIT, "--successor", UNIT, *OPTIONS), "takes over"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    run: Any, database_url: str, words: tuple[str, ...], complaint: str
) -> None:
    begun(database_url, MERGED)
    refused = run(*words)
    assert (refused.returncode, complaint in refused.stderr) == (2, True), refused.stderr
