"""Statements of payments as banks write them: what is read, and what each fault is called."""

import os
import threading
from pathlib import Path

import pytest

from consumers.statement import LONGEST_LINE, LONGEST_TEXT, StatementLine, StatementProblem, open_statement

HEADER = "provider,provider_reference,dossier_code,amount,paid_at\n"
CODE = "H99.02.15-260302-0001"
AT = "2026-10-08T10:00:00+07:00"
LINE = f"vnpay,VN1,{CODE},8000,{AT}\n"
READ = StatementLine(2, "vnpay", "VN1", CODE, 8000, AT)


def read(content: str | bytes, tmp_path: Path) -> list[StatementLine]:
    path = tmp_path / "statement.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_statement(path) as statement:
        lines = list(statement.lines())
        assert statement.position == statement.total
    return lines


def complaint(content: str | bytes, tmp_path: Path) -> str:
    with pytest.raises(StatementProblem) as caught:
        read(content, tmp_path)
    return str(caught.value).removeprefix(f"{tmp_path / 'statement.csv'}, ")


@pytest.mark.parametrize(
    "content",
    [
        HEADER + LINE,
        HEADER + LINE.rstrip("\n"),
        "\ufeff" + HEADER + LINE,
        (HEADER + LINE).replace("\n", "\r\n"),
        HEADER + f'" vnpay ","VN1","{CODE}", 8000 ,{AT}\n\n\n',
        f"paid_at,payer,amount,dossier_code,provider_reference,provider,\n{AT},Nguyễn Văn Mẫu,8000,{CODE},VN1,vnpay,\n",
    ],
    ids=["plain", "cut short", "byte order mark", "of Windows", "quoted and blank", "more columns in any order"],
)
def test_a_statement_is_read_however_it_was_saved(content: str, tmp_path: Path) -> None:
    assert read(content, tmp_path) == [READ]


def test_a_statement_may_have_no_lines(tmp_path: Path) -> None:
    assert read(HEADER, tmp_path) == []


def test_lines_are_numbered_as_an_editor_does_it(tmp_path: Path) -> None:
    quoted = f'vnpay,VN2,{CODE},8000,{AT},"two\nlines"\n'
    lines = read("payer\n".join((HEADER.rstrip("\n") + ",", "")) + quoted + "\n" + LINE.replace("\n", ",x\n"), tmp_path)
    assert [(line.number, line.provider_reference) for line in lines] == [(2, "VN2"), (5, "VN1")]


@pytest.mark.parametrize("written", ["", "H99.02.15-260302", "chị Nguyễn Thị Mẫu nộp lệ phí", "\0"])
def test_what_is_no_dossier_code_is_not_kept(written: str, tmp_path: Path) -> None:
    assert read(HEADER + LINE.replace(CODE, written), tmp_path) == [READ._replace(dossier_code=None)]


def test_equal_words_are_equal_however_they_are_composed(tmp_path: Path) -> None:
    (line,) = read(HEADER + LINE.replace("vnpay", "Ngân hàng"), tmp_path)  # decomposed
    assert line.provider == "Ngân hàng"


@pytest.mark.parametrize("amount", ["1", "000123", "999999999999999"])
def test_amounts_are_whole_dong(amount: str, tmp_path: Path) -> None:
    assert read(HEADER + LINE.replace("8000", amount), tmp_path)[0].amount == int(amount)


@pytest.mark.parametrize("amount", ["", "0", "-8000", "8.000", "8,5", "8000.0", "8e3", "٨", "8_000", "1" * 16, "Mẫu"])
def test_anything_else_is_no_amount(amount: str, tmp_path: Path) -> None:
    expected = "line 3: amount is not a whole number of đồng above 0; write it in digits alone"
    assert complaint(HEADER + LINE + LINE.replace("8000", f'"{amount}"'), tmp_path) == expected


@pytest.mark.parametrize("time", ["2026-10-08T03:00:00Z", "2026-10-08t10:00:00.123456789+07:00"])
def test_a_time_is_kept_as_it_is_written(time: str, tmp_path: Path) -> None:
    assert read(HEADER + LINE.replace(AT, time), tmp_path)[0].paid_at == time


@pytest.mark.parametrize(
    "time", ["", "2026-10-08", "2026-10-08T10:00:00", "2026-10-08 10:00:00+07:00", "20261008T100000+0700",
             "2026-02-30T10:00:00+07:00", "2026-10-08T10:00:00+99:00", "08/10/2026 10:00"],
)  # fmt: skip
def test_a_time_without_offset_or_meaning_is_none(time: str, tmp_path: Path) -> None:
    expected = "line 2: paid_at is not a time with its offset; write 2026-10-08T10:00:00+07:00"
    assert complaint(HEADER + LINE.replace(AT, time), tmp_path) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "line 1: the header lacks provider, provider_reference, dossier_code, amount, paid_at; it names"),
        (LINE, "line 1: the header lacks provider, "),
        (HEADER.replace("amount", "Số tiền"), "line 1: the header lacks amount; it names the columns"),
        (HEADER.replace(",", ";"), "line 1: the header lacks provider, "),
        (HEADER.replace("\n", ",amount\n"), "line 1: the header names amount more than once"),
        (HEADER + LINE.replace("\n", ",Nguyễn\n"), "line 2: there are 6 values where the header names 5 columns"),
        (HEADER + "vnpay\n", "line 2: there are 1 values where the header names 5 columns"),
        (HEADER + LINE.replace("vnpay", " "), "line 2: provider is empty"),
        (HEADER + LINE.replace("VN1", ""), "line 2: provider_reference is empty"),
        (HEADER + LINE.replace("VN1", "VN\x1b[2J1"), "line 2: provider_reference holds a control character"),
        (HEADER + LINE.replace("VN1", '"a\nb"'), "line 2: provider_reference holds a control character"),
        (HEADER + LINE.replace("VN1", "x" * (LONGEST_TEXT + 1)), "line 2: provider_reference is longer than 200 char"),
        (HEADER + LINE + '"vnpay\n' + LINE, "line 3: this is not CSV ("),
        (HEADER + LINE + '"vnpay"x\n', "line 3: this is not CSV ("),
        (HEADER + LINE + "x" * (LONGEST_LINE + 1), "line 3: the line is longer than 65536 bytes"),
        (HEADER + '"' + "x\n" * 70_000, "line 2: this is not CSV ("),
        ((HEADER + LINE).encode() + "phí".encode("latin-1"), "line 3: the line is not UTF-8; save the file as UTF-8"),
        ((HEADER + LINE).encode("utf-16"), "line 1: the line is not UTF-8"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_without_what_is_written(
    content: str | bytes, expected: str, tmp_path: Path
) -> None:
    told = complaint(content, tmp_path)
    assert told.startswith(expected)
    assert "Nguy" not in told


@pytest.mark.parametrize(("name", "reason"), [("none.csv", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_opened_is_named(name: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with pytest.raises(StatementProblem, match=rf"^{path}: cannot be opened: {reason}$"), open_statement(path):
        pass


def test_a_statement_may_come_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(HEADER + LINE,), kwargs={"encoding": "utf-8"})
    writer.start()
    with open_statement(pipe) as statement:
        assert list(statement.lines()) == [READ]
        assert statement.total == 0
    writer.join()
