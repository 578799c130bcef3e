"""The AsyncAPI document: understood without complaint by AsyncAPI's own parser, and its examples are true."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from consumers.asyncapi import document
from consumers.message_types import DATA_TYPES
from consumers.topics import TOPICS
from tests.asyncapi.parser import HERE, LOCK, findings
from tests.message_examples import message_examples
from tests.reference import ASYNCAPI

DOCUMENT: Final = document(message_examples())
EVENT: Final = "dossier.accepted.v1"


def validator(*place: str) -> jsonschema_rs.Draft7Validator:
    """Of a schema in the document."""
    whole = {"allOf": [{"$ref": "/".join(("#", *place))}], "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft7Validator(whole, validate_formats=True)


@pytest.mark.node
@pytest.mark.slow
def test_asyncapis_own_parser_has_no_complaint() -> None:
    (found,) = findings([ASYNCAPI])
    assert [each for each in found if each.severity in {"error", "warning"}] == []


BREAKS: Final[dict[str, tuple[Callable[[Any], object], str]]] = {
    "no title": (lambda it: it["info"].pop("title"), "info"),
    "a reference to nothing": (
        lambda it: it["components"]["messages"][EVENT]["payload"]["allOf"].append(
            {"$ref": "#/components/schemas/None"}
        ),
        f"components/messages/{EVENT}/payload/allOf/2/$ref",
    ),
    "no such action": (
        lambda it: it["operations"]["receive-payment.notices.v1"].update(action="take"),
        "operations/receive-payment.notices.v1/action",
    ),
    "another topic's message": (
        lambda it: it["operations"]["receive-payment.notices.v1"]["messages"].append(
            {"$ref": f"#/channels/motcua.dossier.events.v1/messages/{EVENT}"}
        ),
        "operations/receive-payment.notices.v1/messages/1",
    ),
    "a retention in words": (
        lambda it: it["channels"]["payment.notices.v1"]["bindings"]["kafka"]["topicConfiguration"].update(
            {"retention.ms": "ninety days"}
        ),
        "channels/payment.notices.v1/bindings/kafka/topicConfiguration/retention.ms",
    ),
    "no such type": (
        lambda it: it["components"]["schemas"]["Actor"].update(type="person"),
        "components/schemas/Actor/type",
    ),
}


@pytest.mark.node
@pytest.mark.slow
def test_asyncapis_own_parser_complains_of_what_is_broken(tmp_path: Path) -> None:
    files = []
    for name, (break_, _) in BREAKS.items():
        broken = deepcopy(DOCUMENT)
        break_(broken)
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(broken), encoding="utf-8")
    for found, (name, (_, place)) in zip(findings(files), BREAKS.items(), strict=True):
        assert ("error", place) in {(each.severity, each.place) for each in found}, f"{name}: {found}"


def test_without_node_the_check_is_skipped_unless_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("MOTCUA_REQUIRE_NODE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install"):
        findings([ASYNCAPI])
    monkeypatch.setenv("MOTCUA_REQUIRE_NODE", "1")
    with pytest.raises(pytest.fail.Exception, match="install"):
        findings([ASYNCAPI])


@pytest.mark.parametrize("name", DATA_TYPES)
def test_examples_are_as_their_message_says(name: str) -> None:
    place = ("components", "messages", name)
    message = DOCUMENT["components"]["messages"][name]
    (example,) = message["examples"]
    validator(*place, "payload").validate(example["payload"])
    validator(*place, "headers").validate(example["headers"])
    jsonschema_rs.validate(message["bindings"]["kafka"]["key"], message_examples()[name].key.decode())
    assert not validator(*place, "payload").is_valid(example["payload"] | {"type": "another"})
    assert not validator(*place, "payload").is_valid(example["payload"] | {"data": {}})


def test_pairs_are_pairs_in_draft_07_as_well() -> None:
    pairs = validator("components", "schemas", "StepRecorded", "properties", "attributes")
    assert pairs.is_valid([["a", "b"], ["c", "d"]])
    assert not any(pairs.is_valid([pair]) for pair in (["a"], ["a", "b", "c"], ["a", 1]))


def test_what_we_write_is_sent_and_what_others_write_is_received() -> None:
    channels = {"#/channels/" + topic.name: "send" if topic.ours else "receive" for topic in TOPICS}
    assert {each["channel"]["$ref"]: each["action"] for each in DOCUMENT["operations"].values()} == channels


def test_the_lock_has_hashes_and_no_address_to_fetch_from() -> None:
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all(re.match(r"sha512-", package["integrity"]) for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
    (pinned,) = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"].items()
    assert packages[f"node_modules/{pinned[0]}"]["version"] == pinned[1]
