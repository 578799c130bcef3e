"""The table of stages and acts in the domain's README, made by trying every act in every stage."""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.calendar import CalendarVersion
from domain.dossier.decisions import decide
from domain.dossier.dossier import OPEN_STAGES, Delivery, Dossier, Finance, Stage
from domain.dossier.next_acts import ALWAYS, latest, typical_acts
from domain.errors import Refusal
from domain.term import Pause, PauseReason, Term, TermUnit
from tests.examples import COMMUNE, MONDAY, PROCEDURE, RULES, SHA, at

DONE, ALREADY, REFUSED = "●", "=", "·"

_SUBMITTED: Final = Dossier(
    code=f"{COMMUNE}-260302-0001",
    stage=Stage.SUBMITTED,
    procedure=PROCEDURE,
    unit=COMMUNE,
    components=frozenset({"TK", "CC"}),
    submitted_at=MONDAY,
)
_ACCEPTED: Final = _SUBMITTED._replace(
    accepted_at=at(hours=1),
    calendar=CalendarVersion(id="vn", known_at=at(hours=1)),
    counting="test",
    term=Term(5, TermUnit.WORKING_DAYS),
    due_at=at(days=7),
)


def in_stage(stage: Stage) -> Dossier:
    """A dossier in this stage to which nothing else has happened."""
    if stage is Stage.NEW:
        return Dossier()
    dossier = _SUBMITTED if stage in {Stage.SUBMITTED, Stage.RECEPTION_REFUSED} else _ACCEPTED
    return dossier._replace(
        stage=stage,
        appraiser="" if stage in {Stage.SUBMITTED, Stage.IN_PROCESS} else "appraiser",
        eligible=stage is not Stage.REFUSED,
        document_sha256=SHA if stage in {Stage.SIGNED, Stage.SEALED, Stage.RETURNED} else "",
        delivery={Stage.SEALED: Delivery.READY, Stage.RETURNED: Delivery.RETURNED}.get(stage, Delivery.NOT_READY),
        ended_at=None if stage in OPEN_STAGES else at(days=1),
    )


def waiting(stage: Stage, reason: PauseReason) -> Dossier:
    """A dossier in this stage whose clock waits for the applicant."""
    wait = Pause(since=at(hours=2), until=None, reason=reason)
    if reason is PauseReason.SUPPLEMENT:
        return in_stage(stage)._replace(waits=(wait,), supplement_items=frozenset({"CC"}))
    return in_stage(stage)._replace(waits=(wait,), finance=Finance.DUE, amount_due=8000)


BY_STAGE: Final[Mapping[str, Dossier]] = {stage.value: in_stage(stage) for stage in Stage if stage is not Stage.NEW}
BY_AXIS: Final[Mapping[str, Dossier]] = {
    "submitted, supplement asked": waiting(Stage.SUBMITTED, PauseReason.SUPPLEMENT),
    "in-process, supplement asked": waiting(Stage.IN_PROCESS, PauseReason.SUPPLEMENT),
    "in-process, dues asked": waiting(Stage.IN_PROCESS, PauseReason.PAYMENT),
    "sealed, dues asked": in_stage(Stage.SEALED)._replace(finance=Finance.DUE, amount_due=8000),
    "in-process, paid": in_stage(Stage.IN_PROCESS)._replace(finance=Finance.PAID),
    "returned, paid": in_stage(Stage.RETURNED)._replace(finance=Finance.PAID),
}


def tables() -> str:
    """Both tables, as Markdown."""
    return f"{_table(BY_STAGE)}\n\nWhere another axis has a say:\n\n{_table(BY_AXIS)}"


def _table(dossiers: Mapping[str, Dossier]) -> str:
    rows: list[Sequence[str]] = [("act", *dossiers), ("---", *(":-:" for _ in dossiers))]
    rows += [(act, *(_mark(act, dossier) for dossier in dossiers.values())) for act in (*typical_acts(RULES), *ALWAYS)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _mark(act: str, dossier: Dossier) -> str:
    if act in ALWAYS:
        return DONE
    try:
        return DONE if decide(typical_acts(RULES)[act](dossier, latest(dossier)), dossier, RULES) else ALREADY
    except Refusal:
        return REFUSED
