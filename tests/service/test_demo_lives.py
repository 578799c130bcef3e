from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from api.pages.names import Names
from api.pages.readable import Reader
from api.pages.words import Language, load_words
from domain.applicant import ApplicantKind
from domain.codes import HO_CHI_MINH, is_unit_code
from domain.dossier import commands as c
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, Finance, Stage
from domain.dossier.events import ComponentReused, DossierEvent, IdentityVerified, Represented
from domain.instants import instant_of
from projections.projection import fold, with_corrections
from projections.tracking.fold import record
from projections.tracking.projection import TRACKING
from service.demo.administration import demo_administration
from service.demo.life import PERIOD, Life, lives
from service.demo.people import EMAIL_DOMAIN, PERSONAL_NUMBER_PREFIX, PHONE_PREFIX
from service.demo.province import COMMUNES, PROVINCE, Officer, province_units, staff_of
from tests.projections.histories import recorded

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULES = demo_administration()


@pytest.fixture(scope="module")
def province() -> list[Life]:
    return list(lives(RULES, NOW, 2000))


def end_day_is_late(dossier: Dossier) -> bool:
    assert dossier.ended_at is not None
    if dossier.due_at is None:
        return False
    return dossier.ended_at.astimezone(HO_CHI_MINH).date() > dossier.due_at.astimezone(HO_CHI_MINH).date()


def closed(told: list[Life]) -> list[Dossier]:
    return [
        life.dossier
        for life in told
        if life.dossier.ended_at is not None and life.dossier.stage is not Stage.RECEPTION_REFUSED
    ]


def test_the_province_has_its_units_and_says_that_it_is_generated() -> None:
    units = province_units()
    assert len(units) == len({unit.code for unit in units}) == 1 + 20 + 1 + COMMUNES
    assert all(is_unit_code(unit.code) for unit in units)
    assert all("mô phỏng" in unit.name_vi and "generated" in unit.name_en for unit in units)
    assert {unit.parent for unit in units} == {None, PROVINCE.code}


def test_every_officer_has_one_unit_and_one_title() -> None:
    officers = Counter[str]()
    for unit in province_units():
        if unit.code != PROVINCE.code:
            staff = staff_of(unit.code)
            team = {*staff.desks, *staff.specialists, staff.head, staff.leader}
            assert len(team) == 7
            officers.update(officer.id for officer in team)
    assert set(officers.values()) == {1}


def test_no_province_without_such_a_unit() -> None:
    with pytest.raises(ValueError, match=r"H15"):
        staff_of("H15.50")


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("now", [NOW, datetime(2026, 2, 18, 20, tzinfo=UTC), datetime(2025, 7, 6, 3, tzinfo=UTC)])
def test_the_rules_refuse_nothing_and_every_step_does_something(seed: int, now: datetime) -> None:
    for life in lives(RULES, now, 150, seed):
        history = decide(life.steps[0].command, Dossier(), RULES)
        for step in life.steps[1:]:
            events = decide(step.command, replay(history), RULES, history)
            assert events
            history += events
        assert replay(history) == life.dossier


def test_the_same_seed_gives_the_same_lives_whatever_their_number(province: list[Life]) -> None:
    assert list(lives(RULES, NOW, 300)) == province[:300]
    assert list(lives(RULES, NOW, 5, seed=7)) != province[:5]


def test_steps_are_in_order_within_the_period(province: list[Life]) -> None:
    for life in province:
        times = [step.command.at for step in life.steps]
        assert isinstance(life.steps[0].command, c.Submit)
        assert times == sorted(times)
        assert times[0] >= NOW - PERIOD
        assert times[-1] <= NOW


def test_officers_work_in_working_time(province: list[Life]) -> None:
    working_time = RULES.calendar("vn").as_known(NOW)
    for step in (step for life in province for step in life.steps if step.actor.unit):
        instant = instant_of(step.command.at)
        assert working_time.worked(instant) > working_time.worked(instant - 60_000_000)


def test_acts_of_officers_are_theirs(province: list[Life]) -> None:
    titles = {officer.id: officer.unit for unit in province_units()[1:] for officer in _team(unit.code)}
    for step in (step for life in province for step in life.steps if step.actor.unit):
        assert titles[step.actor.id] == step.actor.unit
        if isinstance(step.command, c.HandOver):
            assert titles[step.command.to_officer] == step.command.to_unit


def _team(unit: str) -> list[Officer]:
    staff = staff_of(unit)
    return [*staff.desks, *staff.specialists, staff.head, staff.leader]


def test_the_share_in_time_is_a_real_province_s_and_some_units_are_worse(province: list[Life]) -> None:
    late = Counter[str]()
    total = Counter[str]()
    for dossier in closed(province):
        total[dossier.unit] += 1
        late[dossier.unit] += end_day_is_late(dossier)
    share = 1 - late.total() / total.total()
    assert 0.945 <= share <= 0.975
    slow = {unit: late[unit] / total[unit] for unit in ("H99.07", "H99.19")}
    assert min(slow.values()) > 0.08


def test_some_end_early_some_on_the_last_day(province: list[Life]) -> None:
    early = sum(
        dossier.due_at is not None and dossier.ended_at is not None and dossier.ended_at.date() < dossier.due_at.date()
        for dossier in closed(province)
    )
    assert 0.4 <= early / len(closed(province)) <= 0.8


def test_everything_that_can_happen_happens(province: list[Life]) -> None:
    acts = Counter(type(step.command) for life in province for step in life.steps)
    assert set(acts) == {*c.ACTS.values(), c.Submit} - {c.RecordStep, c.HandToSuccessor, c.Escalate}
    assert min(acts.values()) >= 8
    requests = Counter(sum(isinstance(step.command, c.RequestSupplement) for step in life.steps) for life in province)
    assert requests[1] > requests[2] > 0
    assert any(step.actor.delegation and step.actor.on_behalf_of for life in province for step in life.steps)
    crossing = [
        step.command
        for life in province
        for step in life.steps
        if isinstance(step.command, c.HandOver) and step.command.to_unit != step.actor.unit
    ]
    assert len(crossing) > 100


def test_dossiers_stand_at_every_stage(province: list[Life]) -> None:
    assert {life.dossier.stage for life in province} == set(Stage) - {Stage.NEW}
    open_ones = [life.dossier for life in province if life.dossier.is_open]
    assert 80 <= len(open_ones) <= 300
    assert any(dossier.waiting_for_supplement for dossier in open_ones)
    assert any(dossier.waiting_for_payment for dossier in open_ones)
    assert any(dossier.due_at is not None and dossier.due_at < NOW for dossier in open_ones)
    unpaid = [life.dossier for life in province if life.dossier.stage is Stage.SEALED]
    assert {Finance.DUE, Finance.PAID} <= {dossier.finance for dossier in unpaid}


def test_no_personal_value_can_be_anybody_s(province: list[Life]) -> None:
    submissions = [step.command for life in province for step in life.steps if isinstance(step.command, c.Submit)]
    for submission in submissions:
        personal = submission.personal
        assert personal is not None
        assert personal.phone.startswith(PHONE_PREFIX)
        assert personal.email.endswith(f"@{EMAIL_DOMAIN}")
        if submission.applicant_kind is ApplicantKind.PERSON:
            assert personal.personal_number.startswith(PERSONAL_NUMBER_PREFIX)
            assert len(personal.personal_number) == 12
        assert not any(value in submission.applicant_reference for value in personal.values())


def _history(life: Life) -> list[DossierEvent]:
    """The facts of a life, as the rules decide them."""
    history: list[DossierEvent] = []
    for step in life.steps:
        history += decide(step.command, replay(history), RULES, history)
    return history


def _read_aloud(event: DossierEvent) -> str:
    words = load_words()[Language.EN]
    reader = Reader(Names(RULES, words), words, "1.001193")
    return " ".join(value for pair in reader.pairs(event) for value in pair.values)


def test_a_verified_applicant_a_hired_person_and_a_reused_component_are_shown_without_personal_values(
    province: list[Life],
) -> None:
    shown = (IdentityVerified, Represented, ComponentReused)
    seen: set[type[DossierEvent]] = set()
    for life in province[:200]:
        history = _history(life)
        personal = [
            value
            for event in history
            for part in (getattr(event, "personal", None), getattr(event, "representative", None))
            if part is not None
            for value in part.values()
        ]
        audited = " ".join(_read_aloud(event) for event in history if isinstance(event, shown))
        row = fold(TRACKING, None, with_corrections(recorded(history)))
        assert row is not None
        public = record(row)[-1].decode()
        assert not [value for value in personal if value in audited or value in public]
        seen |= {type(event) for event in history}
    assert set(shown) <= seen


def test_a_short_history_is_told_too() -> None:
    told = list(lives(RULES, NOW + timedelta(hours=1), 3))
    assert [life.number for life in told] == [1, 2, 3]
