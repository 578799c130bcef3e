"""``motcua payments reconcile`` as a shell meets it: what it tells people and programs, and how it ends."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.shell import Completed, Motcua, environment, motcua
from tests.service.statements import AT, LIVES, paid, paid_dossiers, written


@pytest.fixture
def reconcile(database_url: str, tmp_path: Path) -> Motcua:
    """``payments reconcile`` on a statement of these lines, in which numbers stand for the codes of dossiers."""
    made = paid_dossiers(database_url, LIVES)

    def run(lines: list[tuple[str, str, int | str, int]], *options: str) -> Completed:
        coded = [(*line[:2], line[2] if isinstance(line[2], str) else made[line[2]], line[3]) for line in lines]
        written(tmp_path / "statement.csv", coded)
        command = ("payments", "reconcile", "statement.csv", *options)
        done = motcua(tmp_path, *command, MOTCUA_DATABASE_URL=database_url)
        assert "Người Nộp" not in done.stdout + done.stderr
        return done

    return run


ALL_WELL: list[tuple[str, str, int | str, int]] = [("vnpay", "A1", 0, 8000), ("vnpay", "B2", 1, 5000)]
NOT_ALL: list[tuple[str, str, int | str, int]] = [
    *ALL_WELL,
    ("vnpay", "[b]A2", 0, 8000),
    ("vnpay", "C1", 2, 9000),
    ("momo", "B1", 1, 8000),
    ("momo", "B1", "nộp hộ bà Mẫu", 8000),
]


def test_a_statement_whose_payments_are_all_recorded_ends_with_0(reconcile: Motcua) -> None:
    done = reconcile(ALL_WELL)
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert done.stdout.startswith("Statement\n")
    assert re.search(r"matched +│ +2 │ +13,000 │", done.stdout), done.stdout
    assert done.stdout.endswith("\nthe four add up to the statement's 2 lines and 13,000 đồng\n")
    listed = reconcile(ALL_WELL, "--all").stdout.splitlines()
    assert listed[1].endswith("  vnpay B2  5,000 đồng; recorded: overpaid vnpay B2 5,000 đồng")


def test_payments_that_differ_are_listed_and_end_with_1(reconcile: Motcua) -> None:
    done = reconcile(NOT_ALL)
    assert done.returncode == 1
    b1 = "paid vnpay B1 8,000 đồng, overpaid momo B1 8,000 đồng"
    assert [re.sub(r"H99\S+", "CODE", line) for line in done.stdout.splitlines() if line.startswith("line")] == [
        "line 4: missing  CODE  vnpay [b]A2  8,000 đồng; recorded: paid vnpay A1 8,000 đồng",
        "line 5: different  CODE  vnpay C1  9,000 đồng; recorded: overpaid vnpay C1 8,000 đồng",
        f"line 6: different  CODE  momo B1  8,000 đồng; listed on line 7, too; recorded: {b1}",
        "line 7: unknown  (no dossier code)  momo B1  8,000 đồng; listed on line 6, too; recorded: nothing",
    ]
    for row in (r"matched +│ +2 │ +13,000", r"different +│ +2 │ +17,000", r"statement +│ +6 │ +46,000"):
        assert re.search(row, done.stdout), done.stdout


def test_a_comparison_is_told_to_programs_in_the_same_order(reconcile: Motcua) -> None:
    done = reconcile(NOT_ALL, "--json", "--all")
    document = json.loads(done.stdout)
    assert (done.returncode, [each["line"] for each in document["found"]]) == (1, [2, 3, 4, 5, 6, 7])
    assert document["found"][5] == {
        "line": 7,
        "category": "unknown",
        "dossier_code": None,
        "provider": "momo",
        "provider_reference": "B1",
        "amount": 8000,
        "paid_at": AT,
        "also_on_line": 6,
        "recorded": [],
    }
    paid = {"type": "dossier.paid.v1", "channel": "vnpay", "provider_reference": "A1", "amount": 8000}
    assert document["found"][2]["recorded"] == [paid]
    assert document["categories"]["different"] == {"lines": 2, "amount": 17_000}
    assert (document["total"], document["adds_up"]) == ({"lines": 6, "amount": 46_000}, True)
    short = json.loads(reconcile(NOT_ALL, "--json").stdout)
    assert short == document | {"found": document["found"][2:]}


def test_answers_reach_a_file_while_the_bar_is_on_a_screen(
    reconcile: Motcua, database_url: str, tmp_path: Path
) -> None:
    expected = reconcile(NOT_ALL).stdout
    screen, terminal = pty.openpty()
    command = (sys.executable, "-m", "service.cli", "payments", "reconcile", "statement.csv")
    settings = {"MOTCUA_DATABASE_URL": database_url, "TERM": "xterm"}
    done = subprocess.run(  # noqa: S603 - our own words
        command, cwd=tmp_path, env=environment(**settings), stdout=subprocess.PIPE, stderr=terminal, check=False
    )
    os.close(terminal)
    assert done.stdout.decode() == expected
    assert b"Comparing" in os.read(screen, 1 << 16)
    os.close(screen)


def test_what_is_recorded_cannot_write_to_the_screen(database_url: str, tmp_path: Path) -> None:
    (code,) = paid_dossiers(database_url, [(paid("A1\n\x1b[2Jline 3: matched"),)])
    written(tmp_path / "statement.csv", [("vnpay", "A1", code, 8000)])
    done = motcua(tmp_path, "payments", "reconcile", "statement.csv", MOTCUA_DATABASE_URL=database_url)
    assert done.stdout.splitlines()[0].endswith("; recorded: paid vnpay A1  [2Jline 3: matched 8,000 đồng")


def test_nothing_is_said_of_a_statement_that_cannot_be_read_to_its_end(reconcile: Motcua) -> None:
    done = reconcile([*NOT_ALL, ("vnpay", "A3", 0, -1)])
    assert (done.returncode, done.stdout) == (2, "")
    expected = "amount is not a whole number of đồng above 0; write it in digits alone"
    assert done.stderr.strip() == f"motcua: statement.csv, line 8: {expected}"
