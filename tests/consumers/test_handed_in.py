"""Messages in a file, one a line."""

import io
from pathlib import Path
from typing import Any

import pytest

from consumers.handed_in import STANDARD_INPUT, UnusableFile, read_messages


def written(folder: Path, text: str) -> Path:
    path = folder / "messages.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_line_is_a_message_keyed_by_its_partition_key_or_subject(tmp_path: Path) -> None:
    path = written(tmp_path, '{"partitionkey":"a","subject":"b"}\n\n  {"subject":"b"}  \n')
    assert [(each.key, each.value) for each in read_messages(path)] == [
        (b"a", b'{"partitionkey":"a","subject":"b"}'),
        (b"b", b'{"subject":"b"}'),
    ]


def test_standard_input_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer: Any = io.BytesIO(b'{"subject":"b"}\n')

    monkeypatch.setattr("sys.stdin", Input())
    assert [each.key for each in read_messages(STANDARD_INPUT)] == [b"b"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"subject":"b"}\n{', "line 2: not a CloudEvent in JSON"),
        ("[1]", "line 1: not a CloudEvent in JSON"),
        ('{"partitionkey":1}', "line 1: not a CloudEvent in JSON"),
        ("{}", "line 1: it needs a partitionkey"),
    ],
)
def test_a_line_that_cannot_be_a_message_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UnusableFile, match=complaint):
        list(read_messages(written(tmp_path, text)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"nowhere\.jsonl: No such file"):
        list(read_messages(tmp_path / "nowhere.jsonl"))
