"""What is watched of a dossier is what decisions see of it: the two never disagree about what is to be told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.dossier import events as e
from domain.dossier.corrections import replay
from domain.dossier.escalating import watched
from domain.escalation import Occasion
from projections.projection import fold, with_corrections
from projections.watch.fold import read_row, record
from projections.watch.projection import WATCH
from tests.projections.histories import at, histories, instants, recorded, submitted

escalations = st.builds(
    e.Escalated,
    rule=st.sampled_from(("overdue", "due-soon")),
    rule_version=st.just(1),
    trigger=st.just("overdue"),
    occasion_at=instants,
    level=st.just("unit"),
    officer=st.just(""),
    unit=st.just("H15.50"),
    consequence=st.just("tell-only"),
    met_at=instants,
    escalated_at=instants,
)


@settings(max_examples=300, deadline=None)
@given(history=histories("H15-260302-0001"), told=st.lists(escalations, max_size=3))
def test_the_row_is_what_a_decision_sees(history: list[e.DossierEvent], told: list[e.DossierEvent]) -> None:
    history = [*history, *told]
    row = fold(WATCH, None, with_corrections(recorded(history)))
    dossier = replay(history)
    assert row is not None
    assert row.watched == watched(dossier)
    assert row.occasions == dossier.escalations
    assert row.open == (dossier.is_open or watched(dossier).payment_since is not None)
    assert read_row(record(row)) == row


def test_what_was_told_is_kept_with_the_rule_and_the_occasion() -> None:
    told = e.Escalated(
        rule="overdue",
        rule_version=2,
        trigger="overdue",
        occasion_at=at(3),
        level="unit",
        officer="",
        unit="H15.50",
        consequence="tell-only",
        met_at=at(3),
        escalated_at=at(4),
    )
    row = fold(WATCH, None, recorded([submitted(), told]))
    assert row is not None
    assert row.occasions == {Occasion("overdue", at(3))}
