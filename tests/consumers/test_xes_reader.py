import gzip
import tracemalloc
from pathlib import Path

import pytest

from consumers.xes.reader import Case, MalformedLog, UnopenedLog, open_log


def read(text: str | bytes, tmp_path: Path) -> list[Case]:
    path = tmp_path / "log.xes"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with open_log(path) as log:
        return list(log.cases())


def fault(text: str | bytes, tmp_path: Path) -> MalformedLog:
    with pytest.raises(MalformedLog) as caught:
        read(text, tmp_path)
    return caught.value


def test_every_kind_of_attribute_and_nesting_is_read_in_order(tmp_path: Path) -> None:
    (case,) = read(
        """<log><global scope="event"><string key="concept:name" value="?"/></global>
        <string key="about" value="the log"/>
        <trace><string key="name" value="a &amp; b"/>
          <event>
            <date key="at" value="2024-01-01"/><int key="n" value="1"/><float key="f" value="1.5"/>
            <boolean key="b" value="true"/><id key="i" value="x-1"/>
            <string key="cost" value="12">
              <string key="currency" value="EUR"><int key="digits" value="2"/></string></string>
            <list key="old"><string key="tag" value="p"/><string key="tag" value="q"/></list>
            <list key="new"><values><string key="tag" value="r"/></values></list>
            <container key="box"><int key="one" value="1"/></container>
          </event>
          <string key="after" value="the event"/></trace></log>""",
        tmp_path,
    )
    assert case.attributes == (("name", "a & b"), ("after", "the event"))
    assert case.events[0].attributes == (
        *(("at", "2024-01-01"), ("n", "1"), ("f", "1.5"), ("b", "true"), ("i", "x-1")),
        *(("cost", "12"), ("cost/currency", "EUR"), ("cost/currency/digits", "2")),
        *(("old", ""), ("old/tag", "p"), ("old/tag", "q"), ("new", ""), ("new/tag", "r")),
        *(("box", ""), ("box/one", "1")),
    )


@pytest.mark.parametrize(
    "text",
    [
        '<log xmlns="http://www.xes-standard.org/"><trace><event><id key="a" value="b"/></event></trace></log>',
        '<x:log xmlns:x="urn:x"><x:trace><x:event><x:id value="b" key="a"/></x:event></x:trace></x:log>',
        '<?xml version="1.0" encoding="latin-1"?><log><trace><event><id key="a" value="b" x=""/></event></trace></log>',
    ],
    ids=["default-namespace", "prefix", "encoding-and-extra"],
)
def test_namespaces_and_order_of_attributes_do_not_matter(text: str, tmp_path: Path) -> None:
    (case,) = read(text, tmp_path)
    assert case.events[0].attributes == (("a", "b"),)


def test_gzip_is_seen_from_the_bytes_and_position_is_that_of_the_stored_file(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(gzip.compress(b"<log><trace/>\n<trace/></log>"))
    with open_log(path) as log:
        assert [case.line for case in log.cases()] == [1, 2]
        assert log.position == log.total == path.stat().st_size


def test_cases_are_given_out_before_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("<log>" + "<trace/>\n" * 50_000 + "</log>")
    with open_log(path) as log:
        assert next(log.cases()).line == 1
        assert 0 < log.position < log.total


def test_lines_are_counted_in_long_logs(tmp_path: Path) -> None:
    assert read("<log>" + "\n" * 200_000 + "<trace>\n<event/></trace></log>", tmp_path)[0].events[0].line == 200_002


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    def peak(cases: int) -> int:
        path = tmp_path / "log.xes"
        path.write_text("<log>" + '<trace><event><string key="k" value="v"/></event></trace>\n' * cases + "</log>")
        tracemalloc.start()
        with open_log(path) as log:
            assert sum(1 for _ in log.cases()) == cases
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(40_000) < 1.5 * peak(4_000)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "no element found"),
        ("no xml", 1, "syntax error"),
        ("<html>\n</html>", 1, "not an XES <log>"),
        ("<log>\n<trace>\n</log>", 3, "mismatched tag"),
        ("<log>\n<trace/>\n", 3, "no element found"),
        ("<log>\n<event/></log>", 2, "belongs to no case"),
        ("<log><trace>\n<trace/></trace></log>", 2, "<trace> is out of place"),
        ("<log><trace><event>\n<event/></event></trace></log>", 2, "<event> is out of place"),
        ('<log><trace><string key="a" value="b"><event/></string></trace></log>', 1, "<event> is out of place"),
        ('<log><trace>\n\n<string value="b"/></trace></log>', 3, "has no key"),
        ('<log><trace><id key="a" value="b"/>\n<id/></trace></log>', 2, "has no key"),
        ('<?xml version="1.0" encoding="klingon"?><log/>', 1, "encoding"),
        (b"<log><trace>\n\xff</trace></log>", 2, "not well-formed"),
        (gzip.compress(b"<log>\n<trace/></log>", mtime=0)[:-9], 2, "compressed file"),
        (gzip.compress(b"<log>\n<trace/></log>", mtime=0)[:-1] + b"?", 2, "compressed file"),
        (b"\x1f\x8bnot gzip at all", 1, "compressed file"),
    ],
)
def test_a_fault_is_named_with_its_line_and_reason(text: str | bytes, line: int, reason: str, tmp_path: Path) -> None:
    found = fault(text, tmp_path)
    assert reason in found.reason
    assert found.line == line


def test_a_log_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(UnopenedLog, match=r"nowhere\.xes: cannot be opened: No such file"),
        open_log(tmp_path / "nowhere.xes"),
    ):
        pass
    with pytest.raises(UnopenedLog, match="Is a directory"), open_log(tmp_path):
        pass


def test_what_is_whole_before_a_fault_is_given_out(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("<log>\n<trace/>\n<trace/>\n<trace><even")
    with open_log(path) as log:
        cases = log.cases()
        assert [next(cases).line, next(cases).line] == [2, 3]
        with pytest.raises(MalformedLog, match="line 4"):
            next(cases)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE log [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/log.dtd">',
    ],
    ids=["expansion", "file", "network"],
)
def test_a_document_type_is_refused(declared: str, tmp_path: Path) -> None:
    found = fault(f'{declared}<log><trace><string key="k" value="&b;"/></trace></log>', tmp_path)
    assert "DOCTYPE" in found.reason
