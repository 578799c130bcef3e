"""``motcua subjects``, ``registers`` and ``reuse`` as a shell meets them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.examples import ALICE
from tests.service.payments_desk import Desk
from tests.service.shell import motcua

HEADER = "register,scheme,number,document,document_sha256,issued_on,valid_until"
ROW = f"CSDL dân cư,personal-number,{ALICE.personal_number},Thẻ căn cước,{'ab' * 32},2020-01-01,"
PERIOD = ("--since", "2026-03-01", "--until", "2026-03-31")


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Any:
    return lambda *words, **more: motcua(tmp_path, *words, MOTCUA_DATABASE_URL=database_url, **more)


def test_the_share_is_told_with_its_rule_and_the_list_agrees(run: Any, desk: Desk) -> None:
    desk.dossiers(3)
    done = run("reuse", "report", *PERIOD, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rule"] == "not-asked-again-1"
    assert told["total"]["dossiers"] + told["total"]["unmeasured"] == 3
    listed = json.loads(run("reuse", "list", "unmeasured", *PERIOD, "--json").stdout)
    assert listed["count"] == told["total"]["unmeasured"]
    assert "Not asked again (rule not-asked-again-1" in run("reuse", "report", *PERIOD).stdout
    assert f"{listed['count']} of {listed['count']} dossiers" in run("reuse", "list", "unmeasured", *PERIOD).stdout


def test_a_period_that_ends_before_it_begins_is_bad_use(run: Any) -> None:
    done = run("reuse", "report", "--since", "2026-03-02", "--until", "2026-03-01")
    assert done.returncode == 2
    assert "ends before it begins" in done.stderr


def test_a_register_is_loaded_and_listed(run: Any, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    done = run("registers", "load", "register.csv")
    assert (done.returncode, done.stdout) == (0, "loaded 1 rows\n"), done.stderr
    assert json.loads(run("registers", "list", "--json").stdout) == [{"register": "CSDL dân cư", "documents": 1}]
    assert "CSDL dân cư" in run("registers", "list").stdout


def test_a_bad_register_names_its_rows_and_no_number(run: Any, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text(f"{HEADER}\n{ROW}\n{ROW.replace('9993', 'x')}\n", encoding="utf-8")
    done = run("registers", "load", "register.csv")
    assert done.returncode == 2
    assert "row 3: number is not written as a personal-number" in done.stderr
    assert "1004567" not in done.stderr
    assert json.loads(run("registers", "list", "--json").stdout) == []


def test_the_index_is_rebuilt_verified_and_its_state_told(run: Any, desk: Desk) -> None:
    desk.dossiers(2)
    assert run("subjects", "verify").stdout == "0 differences\n"
    assert run("subjects", "rebuild").stdout == "rebuilt from 2 dossiers\n"
    told = json.loads(run("subjects", "status", "--json").stdout)
    assert (told["subjects"], told["occurrences"], told["behind"], told["key_fits"]) == (1, 2, 0, True)
    assert "occurrences" in run("subjects", "status").stdout
    desk.ask("INSERT INTO subject_index VALUES ('x', gen_random_uuid(), 'applicant') RETURNING role")
    wrong = run("subjects", "verify")
    assert (wrong.returncode, wrong.stdout.splitlines()[-1]) == (1, "1 differences")


def test_a_lost_key_is_named_and_replaced_by_a_rebuild(run: Any, desk: Desk, tmp_path: Path) -> None:
    desk.dossiers(1)
    assert run("subjects", "verify").returncode == 0
    [key] = tmp_path.rglob("subject.key")
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    lost = run("subjects", "verify")
    assert lost.returncode == 2
    assert "put the file back" in lost.stderr
    new = {"MOTCUA_SUBJECT_KEY_FILE": str(tmp_path / "new.key")}
    assert run("subjects", "rebuild", **new).returncode == 0
    assert run("subjects", "verify", **new).returncode == 0
