"""Histories for projections: any facts in any order on few units and days, so that cases meet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import strategies as st
from psycopg import Connection

from domain.applicant import ApplicantKind, Personal
from domain.codes import HO_CHI_MINH
from domain.dossier import events as e
from domain.dossier.corrections import CORRECTABLE
from domain.envelope import Actor, Envelope, Provenance, Recorded
from domain.identity import Scheme
from domain.money import Dues
from projections.on_time.projection import ON_TIME
from projections.tracking.projection import TRACKING
from projections.watch.projection import WATCH
from projections.worklists.projection import WORKLISTS
from service.codec import encode
from service.database import connect
from service.log import PostgresEventLog

ALL: Final = (TRACKING, ON_TIME, WORKLISTS, WATCH)
UNITS: Final = ("H15", "H15.50", "H15.50.05", "H15.51", "H16", "H15.501")
PROCEDURES: Final = ("1.001", "2.002")
CHANNELS: Final = ("desk", "post", "Internet")
MONDAY: Final = datetime(2026, 3, 2, 8, tzinfo=HO_CHI_MINH)
PERSON: Final = Personal(full_name="Nguyễn Thị Thu", personal_number="001203004567", phone="0912345678")
WIRE_NAME: Final = {kind: name for name, kind in e.EVENT_TYPES.items()}
ENVELOPE: Final = Envelope(recorded_at=MONDAY, actor=Actor(id="cb-0123", unit="H15"), command_id="c")

instants = st.integers(0, 3 * 5).map(lambda shifts: MONDAY + timedelta(hours=8 * shifts))  # so that instants meet
maybe_instants = st.none() | instants
zones = st.sampled_from(("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "America/New_York", "Nowhere/Unknown"))
texts = st.text("abcđ", max_size=3)


def at(hours: float) -> datetime:
    """So many hours after Monday, 08:00."""
    return MONDAY + timedelta(hours=hours)


def submitted(code: str = "H15-260302-0001", **changes: Any) -> e.Submitted:
    event = e.Submitted(
        code=code,
        procedure="1.001",
        unit="H15.50",
        channel="desk",
        applicant_kind=ApplicantKind.PERSON,
        applicant_reference="ref",
        components=(),
        submitted_at=MONDAY,
    )
    return replace(event, **changes)


def accepted(accepted_at: datetime = MONDAY, due_at: datetime | None = None, **changes: Any) -> e.Accepted:
    event = e.Accepted(
        receipt_code="r",
        procedure_version="1",
        calendar=None,
        counting="c",
        term=None,
        timezone="Asia/Ho_Chi_Minh",
        due_at=due_at,
        officer="cb-0001",
        accepted_at=accepted_at,
    )
    return replace(event, **changes)


@st.composite
def histories(draw: st.DrawFn, code: str) -> list[e.DossierEvent]:
    """A submission, then anything; corrections name facts that are there and fields that can be corrected."""
    submission = submitted(
        code,
        procedure=draw(st.sampled_from(PROCEDURES)),
        unit=draw(st.sampled_from(UNITS)),
        channel=draw(st.sampled_from(CHANNELS)),
        submitted_at=draw(instants),
    )
    history: list[e.DossierEvent] = [submission]
    if draw(st.integers(0, 9)):
        history.append(accepted(draw(instants), draw(instants | maybe_instants), timezone=draw(zones)))
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(_KINDS)
        history.append(draw(_corrections(history)) if kind is e.Corrected else draw(_FACTS[kind]))
    return history


@st.composite
def _corrections(draw: st.DrawFn, history: Sequence[e.DossierEvent]) -> e.Corrected:
    version = draw(st.integers(1, len(history) + 2))
    named = history[version - 1] if version <= len(history) else None
    fields = sorted(CORRECTABLE.get(type(named), ())) if named is not None else []
    field = draw(st.sampled_from([*fields, "officer"]))
    values = {"channel": CHANNELS, "procedure": PROCEDURES, "unit": UNITS}
    new = draw(st.sampled_from(values[field])) if field in values else draw(instants).isoformat()
    return e.Corrected(
        version=version,
        field=field,
        old_value="",
        new_value=new,
        authority="1/QĐ",
        reason="r",
        due_at=draw(maybe_instants),
        corrected_at=draw(instants),
    )


_KINDS: Final = st.sampled_from(
    [
        *e.EVENT_TYPES.values(),
        *(e.SupplementRequested, e.PaymentRequested, e.DeadlineExtended, e.Corrected) * 3,
        *(e.Supplemented, e.Paid, e.PaymentWaived) * 2,
    ]
)
"""Any kind, those that stop clocks and move promises more often."""

_FACTS: Final[dict[type[e.DossierEvent], st.SearchStrategy[Any]]] = {
    e.Submitted: st.builds(submitted, st.just("other-code"), unit=st.sampled_from(UNITS), submitted_at=instants),
    e.Accepted: st.builds(accepted, instants, maybe_instants, timezone=zones),
    e.ReceptionRefused: st.builds(e.ReceptionRefused, reason=texts, officer=texts, refused_at=instants),
    e.SupplementRequested: st.builds(
        e.SupplementRequested,
        items=st.lists(st.builds(e.SupplementItem, component=texts, note=texts), max_size=2).map(tuple),
        stage=texts,
        legal_basis=texts,
        approver=texts,
        officer=texts,
        requested_at=instants,
    ),
    e.Supplemented: st.builds(e.Supplemented, components=st.just(()), due_at=maybe_instants, supplemented_at=instants),
    e.HandedOver: st.builds(
        e.HandedOver,
        step=texts,
        from_unit=texts,
        from_officer=texts,
        to_unit=st.sampled_from(UNITS),
        to_officer=texts,
        to_title=texts,
        quota=st.none(),
        handed_over_at=instants,
    ),
    e.StepOpened: st.builds(
        e.StepOpened,
        step=texts,
        unit=st.sampled_from(UNITS),
        officer=texts,
        quota=st.none(),
        due_at=maybe_instants,
        opened_at=instants,
    ),
    e.StepRescheduled: st.builds(e.StepRescheduled, step=texts, due_at=instants, rescheduled_at=instants),
    e.Appraised: st.builds(e.Appraised, eligible=st.booleans(), opinion=texts, officer=texts, appraised_at=instants),
    e.Approved: st.builds(e.Approved, officer=texts, approved_at=instants),
    e.ApprovalDeclined: st.builds(e.ApprovalDeclined, reason=texts, officer=texts, declined_at=instants),
    e.Refused: st.builds(e.Refused, reason=texts, officer=texts, refused_at=instants),
    e.PaymentRequested: st.builds(
        e.PaymentRequested,
        dues=st.builds(Dues, fee=st.integers(0, 9), charge=st.integers(0, 9)),
        clock_waits=st.booleans(),
        officer=texts,
        requested_at=instants,
    ),
    e.Paid: st.builds(
        e.Paid,
        amount=st.integers(0, 9),
        channel=texts,
        provider_reference=texts,
        receipt_number=texts,
        due_at=maybe_instants,
        paid_at=instants,
    ),
    e.Escalated: st.builds(
        e.Escalated,
        rule=st.sampled_from(("overdue", "due-soon")),
        rule_version=st.integers(1, 2),
        trigger=texts,
        occasion_at=instants,
        level=texts,
        officer=texts,
        unit=texts,
        consequence=texts,
        met_at=instants,
        escalated_at=instants,
    ),
    e.Overpaid: st.builds(
        e.Overpaid,
        amount=st.integers(0, 9),
        channel=texts,
        provider_reference=texts,
        receipt_number=texts,
        finance=texts,
        paid_at=instants,
    ),
    e.PaymentWaived: st.builds(
        e.PaymentWaived, reason=texts, legal_basis=texts, officer=texts, due_at=maybe_instants, waived_at=instants
    ),
    e.Signed: st.builds(e.Signed, signer=texts, document_sha256=texts, certificate_serial=texts, signed_at=instants),
    e.Sealed: st.builds(
        e.Sealed, agency=texts, document_sha256=texts, certificate_serial=texts, officer=texts, sealed_at=instants
    ),
    e.ResultReturned: st.builds(
        e.ResultReturned, method=st.sampled_from(e.DeliveryMethod), officer=texts, returned_at=instants
    ),
    e.DeadlineExtended: st.builds(
        e.DeadlineExtended, old_due_at=instants, new_due_at=instants, reason=texts, signer=texts, extended_at=instants
    ),
    e.Succeeded: st.builds(
        e.Succeeded,
        from_unit=st.sampled_from(UNITS),
        to_unit=st.sampled_from(UNITS),
        decision=texts,
        succeeded_at=instants,
    ),
    e.Withdrawn: st.builds(e.Withdrawn, reason=texts, withdrawn_at=instants),
    e.Stopped: st.builds(e.Stopped, reason=texts, stage=texts, finance=texts, officer=texts, stopped_at=instants),
    e.IdentityVerified: st.builds(
        e.IdentityVerified,
        scheme=st.sampled_from(list(Scheme)),
        method=st.sampled_from(list(e.VerificationMethod)),
        level=st.integers(1, 3),
        doubts=st.just(()),
        rule=texts,
        officer=texts,
        verified_at=instants,
        personal=st.just(PERSON),
    ),
    e.Represented: st.builds(
        e.Represented,
        representative=st.just(PERSON),
        authority=st.sampled_from(list(e.AuthorityKind)),
        number=texts,
        authorised_on=st.just(date(2026, 3, 1)),
        officer=texts,
        represented_at=instants,
    ),
    e.ComponentReused: st.builds(
        e.ComponentReused,
        component=texts,
        source_kind=st.sampled_from(list(e.ReuseSource)),
        source=texts,
        document_sha256=texts,
        officer=texts,
        reused_at=instants,
    ),
    e.StepRecorded: st.builds(
        e.StepRecorded, name=texts, resource=texts, attributes=st.just((("k", "v"),)), occurred_at=instants
    ),
    e.HistoryImported: st.builds(
        e.HistoryImported, source=texts, source_case=texts, keys=st.just(("k",)), imported_at=instants
    ),
}


@dataclass(frozen=True)
class Fact:
    """An event of a dossier, before it has a position."""

    dossier_id: UUID
    version: int
    event: e.DossierEvent
    envelope: Envelope = ENVELOPE


def facts(history: Sequence[e.DossierEvent], name: str = "1", envelope: Envelope = ENVELOPE) -> list[Fact]:
    """A whole history as a dossier's facts."""
    dossier_id = uuid5(NAMESPACE_OID, name)
    return [Fact(dossier_id, version, event, envelope) for version, event in enumerate(history, start=1)]


def recorded(history: Sequence[e.DossierEvent], envelope: Envelope = ENVELOPE) -> list[Recorded]:
    """A whole history as a log would hold it, for folds that need no log."""
    return [
        Recorded(
            dossier_id=fact.dossier_id,
            version=fact.version,
            position=fact.version * 10,
            event=fact.event,
            envelope=fact.envelope,
        )
        for fact in facts(history, envelope=envelope)
    ]


@st.composite
def logs(draw: st.DrawFn, dossiers: int = 6) -> list[Fact]:
    """The facts of several dossiers, interleaved in any way that keeps each dossier's order."""
    envelopes = (ENVELOPE, replace(ENVELOPE, provenance=Provenance(source="s", source_case="1", key="k")))
    queues = [
        facts(draw(histories(f"H15-260302-{number:04d}")), f"dossier {number}", draw(st.sampled_from(envelopes)))
        for number in range(1, draw(st.integers(1, dossiers)) + 1)
    ]
    order = draw(st.permutations([number for number, queue in enumerate(queues) for _ in queue]))
    return [queues[number].pop(0) for number in order]


def write(connection: Connection[Any], written: Sequence[Fact]) -> int:
    """Append in one transaction, as the store does; the last position."""
    rows = connection.execute(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)"
        " SELECT id, version, topic, state, ((pg_current_xact_id()::text::bigint"
        " + (SELECT xid_offset FROM log_epoch)) << 20) | (n - 1)"
        " FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[])"
        " WITH ORDINALITY AS u (id, version, topic, state, n) ORDER BY n RETURNING notification_id",
        (
            [fact.dossier_id for fact in written],
            [fact.version for fact in written],
            [WIRE_NAME[type(fact.event)] for fact in written],
            [encode(fact.event, fact.envelope) for fact in written],
        ),
    ).fetchall()
    return max((position for (position,) in rows), default=0)


def named(connection: Connection[Any]) -> None:
    """Give every dossier the code it was submitted with, as the door does."""
    connection.execute(
        "INSERT INTO dossier_code (code, dossier_id)"
        " SELECT convert_from(state, 'UTF8')::jsonb -> 'event' ->> 'code', originator_id FROM stored_events"
        " WHERE originator_version = 1 ON CONFLICT DO NOTHING"
    )


@dataclass(frozen=True)
class Database:
    """A database with the event store's tables, as tests use it."""

    url: str

    def __call__(self) -> Connection[Any]:
        return connect(self.url, application_name="motcua-test")

    def log(self) -> PostgresEventLog:
        return PostgresEventLog(self)


def contents(connection: Connection[Any]) -> dict[str, list[Any]]:
    """Every row and every sum that is not zero, whatever their order in the table and the partitions of the sums."""
    found = {}
    for projection in ALL:
        found[projection.name] = sorted(map(repr, connection.execute(f"SELECT * FROM {projection.name}")))
        for totals in projection.totals:
            keys = ", ".join(column.name for column in totals.keys)
            sums = ", ".join(f"sum({measure})::bigint" for measure in totals.measures)
            rows = connection.execute(f"SELECT {keys}, {sums} FROM {totals.table} GROUP BY {keys}")
            found[totals.table] = sorted(repr(row) for row in rows if any(row[len(totals.keys) :]))
    return found


def emptied(connection: Connection[Any]) -> None:
    """As if nothing had ever been recorded or projected."""
    connection.execute("TRUNCATE stored_events")
    projected_anew(connection)


def projected_anew(connection: Connection[Any]) -> None:
    """As if nothing had ever been projected."""
    for table in ("projection_position", *(table for each in ALL for table in each.tables)):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
