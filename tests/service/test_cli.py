"""The command line as a shell meets it: exit codes, answers for programs, complaints for people."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.cli.reference import JSON_KEYS, LISTS
from tests.consumers.xes_logs import PLAIN, event, log, trace
from tests.databases import fresh_database
from tests.house.workshop import FILES
from tests.service.shell import ROOT, Completed, Motcua, environment, motcua
from tests.service.statements import written

CASES = 7
UNIT = "G92.01"
TRIED_ELSEWHERE = {
    "import xes",
    "status",
    *(name for name in JSON_KEYS if name.startswith("parked ")),
    "units list",
    "units show",
    "units succeed",
}
KEEP_RIGHT = ROOT / "docs/how-to/keep-projections-right.md"


def write_log(folder: Path, cases: int) -> None:
    traces = (trace(f"c-{number}", event(), event("Examine"), channel="web") for number in range(cases))
    (folder / "log.xes").write_text(log(*traces), encoding="utf-8")
    (folder / "log.toml").write_text(PLAIN, encoding="utf-8")


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as made:
        yield made


@pytest.fixture(scope="module")
def imported(url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("imported")
    write_log(folder, CASES)
    done = motcua(folder, "import", "xes", "log.xes", "--mapping", "log.toml", "--json", MOTCUA_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def on(url: str, imported: Any, tmp_path: Path) -> Motcua:
    """Commands on a database with the imported dossiers."""
    assert imported["dossiers"] == CASES

    def run(*arguments: str, **settings: str) -> Completed:
        return motcua(tmp_path, *arguments, **{"MOTCUA_DATABASE_URL": url} | settings)

    return run


def codes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [code for (code,) in connection.execute("SELECT code FROM dossier_code ORDER BY code").fetchall()]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "Usage"),
        (("serv",), "'serve'"),
        (("project",), "rebuild"),
        (("stats", "on-time", "--untl", "2026-01-01"), "--untl"),
        (("stats", "on-time", "--counting", "moon"), "instant"),
        (("stats", "on-time", "--from", "01/02/2026"), "--from"),
        (("stats", "on-time", "--as-of", "yesterday"), "2026-03-31T17:00:00+07:00"),
        (("stats", "on-time", "--as-of", "2026-03-31T17:00:00"), "no offset"),
        (("project", "rebuild", "--workers", "0"), "--workers"),
        (("demo", "--dossiers", "0"), "--dossiers"),
        (("history",), "CODE"),
        (("payments",), "reconcile"),
        (("payments", "reconcile"), "STATEMENT"),
        (("payments", "reconcile", "none.csv"), "motcua: none.csv: cannot be opened: No such file or directory"),
        (("import", "xes", "log.xes"), "--mapping"),
        (("import", "xes", "log.xes", "--mapping", "wabo-reciept"), "wabo-receipt"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_use_ends_with_2_and_names_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], named: str) -> None:
    done = motcua(tmp_path, *arguments, MOTCUA_DATA_DIR="unused")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert named in done.stdout + done.stderr
    assert not (tmp_path / "unused").exists()


def test_an_unknown_setting_ends_with_2_and_names_the_nearest(tmp_path: Path) -> None:
    done = motcua(tmp_path, "project", "status", MOTCUA_DATABSE_URL="postgresql://")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "motcua: MOTCUA_DATABSE_URL is not a setting; did you mean MOTCUA_DATABASE_URL?\n"


def test_files_that_cannot_be_read_end_with_2_and_the_place(on: Motcua, tmp_path: Path) -> None:
    write_log(tmp_path, 2)
    missing = on("import", "xes", "none.xes", "--mapping", "log.toml")
    assert missing.returncode == 2
    assert "none.xes: cannot be opened: No such file or directory" in missing.stderr
    whole = (tmp_path / "log.xes").read_text(encoding="utf-8")
    (tmp_path / "log.xes").write_text(whole.replace("</log>", "</lag>"), encoding="utf-8")
    malformed = on("import", "xes", "log.xes", "--mapping", "log.toml")
    assert malformed.returncode == 2
    assert f"line {len(whole.splitlines())}" in malformed.stderr
    (tmp_path / "log.toml").write_text(PLAIN + "unti.default = 'x'", encoding="utf-8")
    unmapped = on("import", "xes", "log.xes", "--mapping", "log.toml")
    assert unmapped.returncode == 2
    assert "unti" in unmapped.stderr


@pytest.mark.parametrize("command", ["serve", "api", "demo"])
def test_a_taken_port_ends_with_2_and_says_which(on: Motcua, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = on(command, MOTCUA_PORT=str(port))
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr


def test_a_database_that_is_not_there_ends_with_2(on: Motcua, url: str) -> None:
    done = on("project", "status", MOTCUA_DATABASE_URL=url.replace("motcua_test_", "no_such_"))
    assert done.returncode == 2
    assert "motcua: the database does not answer" in done.stderr


def test_an_unknown_code_ends_with_1(on: Motcua) -> None:
    done = on("history", "G92.01-240304-9999")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no dossier has the code G92.01-240304-9999" in done.stderr


@pytest.mark.parametrize("name", sorted(set(JSON_KEYS) - TRIED_ELSEWHERE))
def test_answers_for_programs_have_the_documented_keys(on: Motcua, url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "swap.toml").write_text(FILES["swap.toml"], encoding="utf-8")
    code = codes(url)[0]
    asked = {
        "history": [code],
        "payments reconcile": [str(written(tmp_path / "statement.csv", []))],
        "administration list": ["calendars"],
        "administration history": ["calendars", "vn"],
        "schedule": ["--until-caught-up"],
        "delegations acts": ["05/UQ"],
        "officers could-sign": [code, "--on", "2026-11-20"],
        "clock explain": [code],
        "clock impact": ["--declaration", "swap.toml"],
        "calendars declare": ["swap.toml", "--dry-run"],
        "calendars show": ["vn", "--year", "2026"],
        "figures compare": ["2023"],
    }
    if name == "figures compare":
        assert on("figures", "close", "2023", "--as-of", "2023-12-31T23:59:59+07:00").returncode == 0
    done = on(*name.split(), *asked.get(name, []), "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    for each in answer if name in LISTS else [answer]:
        assert set(each) == set(JSON_KEYS[name])
    assert answer


def test_the_answer_of_an_import_has_the_documented_keys_and_adds_up(imported: Any) -> None:
    assert set(imported) == set(JSON_KEYS["import xes"])
    assert (imported["new_dossiers"], imported["source_events"], imported["added"]) == (CASES, 2 * CASES, 2 * CASES)


def test_figures_are_those_of_the_dossiers_for_people_and_programs(on: Motcua) -> None:
    document = json.loads(on("stats", "on-time", "--by", "unit", "--counting", "instant", "--json").stdout)
    assert [(row["key"], row["received"]) for row in document["rows"]] == [(UNIT, CASES)]
    assert document["total"]["open"] == document["total"]["received"] == CASES
    before = json.loads(on("stats", "on-time", "--to", "2024-03-03", "--json").stdout)
    assert before["total"]["received"] == 0
    told = on("stats", "on-time", "--by", "unit").stdout
    assert re.search(rf"{UNIT} +│ +{CASES} │", told), told


def test_a_history_for_people_has_a_line_for_each_event(on: Motcua, url: str) -> None:
    lines = on("history", codes(url)[0]).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    assert lines[0].split()[3:5] == ["dossier.submitted.v1", "recorded"]
    assert sum("dossier.step-recorded.v1" in line for line in lines) == 2


def test_a_row_changed_by_hand_is_named_with_1_and_a_rebuild_mends_it(on: Motcua, url: str) -> None:
    code = codes(url)[3]
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE on_time SET channel = 'post' WHERE code = %s", (code,))
    found = on("project", "verify")
    assert found.returncode == 1
    example = re.findall(r"^on_time.* stored .*$", KEEP_RIGHT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(example) == 3
    shown = {re.sub(r"H15\S+", code, line).replace("desk", "web") for line in example}
    assert shown < set(found.stdout.splitlines())
    document = json.loads(on("project", "verify", "--json").stdout)
    assert code in {each["subject"] for each in document["found"]}
    assert on("project", "rebuild").returncode == 0
    mended = on("project", "verify")
    assert (mended.returncode, mended.stdout) == (0, "0 differences\n")


def test_an_interrupted_import_leaves_whole_cases_and_the_next_one_completes(
    empty_database_url: str, tmp_path: Path
) -> None:
    cases = 8_000
    write_log(tmp_path, cases)
    command = ("import", "xes", "log.xes", "--mapping", "log.toml")
    running = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "service.cli", *command],
        cwd=tmp_path, env=environment(MOTCUA_DATABASE_URL=empty_database_url), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not dossiers(empty_database_url):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, complaint = running.communicate(timeout=60)
    assert running.returncode == 130, complaint
    assert "interrupted; what was committed stays" in complaint
    before = dossiers(empty_database_url)
    assert 0 < len(before) < cases
    again = motcua(tmp_path, *command, "--json", MOTCUA_DATABASE_URL=empty_database_url)
    summary = json.loads(again.stdout)
    assert (summary["dossiers"], summary["new_dossiers"]) == (cases, cases - len(before))
    assert (summary["unchanged"], summary["added"]) == (2 * len(before), 2 * (cases - len(before)))
    after = dossiers(empty_database_url)
    assert len(after) == cases
    assert set(before.values()) == set(after.values())


def dossiers(url: str) -> dict[str, int]:
    """How many events each dossier has, by id; none before there are tables."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('stored_events')").fetchone()
        if found is None or found[0] is None:
            return {}
        rows = connection.execute("SELECT originator_id::text, count(*) FROM stored_events GROUP BY 1").fetchall()
    return dict(rows)


def test_each_command_works_alone_on_the_embedded_server(data_dir: Path, tmp_path: Path) -> None:
    settings = {"MOTCUA_DATA_DIR": str(data_dir)}
    made = motcua(tmp_path, "demo", "--dossiers", "5", "--no-serve", **settings)
    assert made.returncode == 0, made.stderr
    code = made.stdout.partition("/audit/")[2].split()[0]
    demo = {"MOTCUA_DATA_DIR": str(data_dir / "demo")}
    assert motcua(tmp_path, "history", code, **demo).returncode == 0
    assert motcua(tmp_path, "project", "verify", **demo).stdout == "0 differences\n"
    assert not (data_dir / "demo" / "postgres" / "postmaster.pid").exists()
