"""Promises in the chat: begun, left out, paused, changed and ended by the person's own words."""

import pytest

from obolo.causes.queries import by_slug
from obolo.conversations.models import HandOff
from obolo.giving.models import Gift
from obolo.giving.pledges import actions, queries
from obolo.giving.pledges.models import Attempt, Outcome, Pledge, Way
from obolo.giving.pledges.tests.cast import CHAT, begun, coming, key
from obolo.people.tests.cast import ANNA, EMMA, anna
from obolo.stories.audit import breaches
from obolo.stories.tests.cast import Stage

OMAR = "96170123456"


def tap_first(stage: Stage, prefix: str, of: str = ANNA) -> list[str]:
    button = next(b for b in stage.buttons().values() if b.startswith(prefix))
    return stage.taps(button, of=of)


def pays(stage: Stage) -> list[str]:
    payment = Attempt.objects.get(outcome=Outcome.OPEN).payment
    assert payment is not None
    stage.paid_notice(stage.provider.pay(payment))
    return stage.work()


@pytest.fixture
def promised(stage, clock):
    """Anna said "5 euro al mese per il pozzo", confirmed and paid the first."""
    stage.says("vorrei dare 5 euro al mese per il pozzo")
    tap_first(stage, "confirm:")
    pays(stage)
    return Pledge.objects.get()


@pytest.mark.parametrize(
    ("of", "words", "rhythm", "first"),
    [
        (ANNA, "vorrei dare 5 euro al mese per il pozzo", "ogni mese", "primo dono"),
        (EMMA, "I'd like to give 5 euros every month for the well", "every month", "first gift"),
        (OMAR, "أريد التبرع بخمسة يورو كل شهر للبئر", "كل شهر", "لأول عطاء"),
    ],
)
def test_begun_in_three_languages(stage, clock, of, words, rhythm, first):
    [asked] = stage.says(words, of=of)
    assert rhythm in asked
    [link] = tap_first(stage, "confirm:", of=of)
    assert first in link
    assert rhythm in link
    pledge = Pledge.objects.get()
    assert (pledge.amount_minor, pledge.rhythm, pledge.way) == (500, "monthly", Way.SAVED)
    pays(stage)
    pledge.refresh_from_db()
    assert pledge.saved is not None
    assert Gift.objects.count() == 1
    assert breaches() == []


def test_a_double_tap_begins_one(stage, clock):
    stage.says("vorrei dare 5 euro al mese per il pozzo")
    button = next(b for b in stage.buttons().values() if b.startswith("confirm:"))
    stage.taps(button)
    stage.taps(button)
    assert Pledge.objects.count() == 1


def test_every_week_is_offered_as_every_month(stage, clock):
    [asked] = stage.says("5 euro a settimana per il pozzo")
    assert "mesi" in asked
    [confirm] = tap_first(stage, "monthly:")
    assert "ogni mese" in confirm
    tap_first(stage, "confirm:")
    assert Pledge.objects.get().rhythm == "monthly"


def test_every_three_months_in_words(stage, clock):
    stage.says("vorrei dare 20 euro ogni 3 mesi per il pozzo")
    stage.says("sì")
    assert Pledge.objects.get().rhythm == "quarterly"


@pytest.mark.parametrize(
    "words", ["cancella la mia donazione mensile", "non voglio più dare ogni mese"]
)
def test_ended_by_one_button_at_once(stage, promised, words):
    [asked] = stage.says(words)
    assert "Tocca per fermarlo" in asked
    [button] = stage.buttons().values()
    assert button.startswith("pledge_yes:")
    [done] = tap_first(stage, "pledge_yes:")
    assert "è fermo" in done
    promised.refresh_from_db()
    assert promised.standing == "ended"
    assert not HandOff.objects.exists()
    assert queries.changes(promised.id)[0].source == "chat"


def test_ended_in_arabic(stage, clock):
    stage.says("أريد التبرع بخمسة يورو كل شهر للبئر", of=OMAR)
    tap_first(stage, "confirm:", of=OMAR)
    stage.says("أريد إلغاء تبرعي الشهري", of=OMAR)
    [done] = tap_first(stage, "pledge_yes:", of=OMAR)
    assert "توقف عطاؤك المنتظم" in done
    assert Pledge.objects.get().standing == "ended"


def test_the_next_one_is_left_out(stage, promised):
    following = coming(promised)
    stage.says("salta il prossimo mese")
    [done] = tap_first(stage, "pledge_yes:")
    assert "si salta" in done
    following.refresh_from_db()
    assert following.state == "skipped"


def test_paused_for_two_months_and_taken_up_early(stage, promised, clock):
    [asked] = stage.says("vorrei sospendere la donazione mensile per due mesi")
    assert "fino al" in asked
    [done] = tap_first(stage, "pledge_yes:")
    assert "in pausa fino al" in done
    stage.says("riprendi la mia donazione mensile")
    [on] = tap_first(stage, "pledge_yes:")
    assert "riprende" in on
    promised.refresh_from_db()
    assert promised.standing == "begun"


def test_another_amount_and_another_day(stage, promised):
    [asked] = stage.says("vorrei passare da 5 a 10 euro al mese")
    assert "10" in asked
    [done] = stage.says("sì")
    assert "Fatto" in done
    stage.says("puoi addebitare il 15 invece del 5?")
    tap_first(stage, "pledge_yes:")
    promised.refresh_from_db()
    assert (promised.amount_minor, promised.day) == (1000, 15)


def test_another_card_comes_by_the_next_link(stage, promised, clock):
    stage.says("la mia carta è scaduta, come metto quella nuova?")
    [done] = tap_first(stage, "pledge_yes:")
    assert "riceverai un link" in done
    following = coming(promised)
    clock(days=(following.take_on - actions.today()).days)
    [link] = stage.work()
    assert "link" in link
    pays(stage)
    promised.refresh_from_db()
    assert promised.saved is not None
    assert promised.saved.ended_at is None


def test_of_two_the_meant_one_is_asked_for(stage, promised):
    school = by_slug("scuola")
    assert school is not None
    other = begun(anna(), school, Way.LINK)
    stage.work()
    [which] = stage.says("cancella la mia donazione mensile")
    assert "Quale" in which
    stage.taps(f"pledge_pick:{other.id}")
    tap_first(stage, "pledge_yes:")
    other.refresh_from_db()
    promised.refresh_from_db()
    assert (other.standing, promised.standing) == ("ended", "begun")


def test_the_buttons_of_a_notice_belong_to_their_day(stage, promised, clock):
    following = coming(promised)
    clock(days=(following.take_on - actions.today()).days - 3)
    stage.work()
    [done] = stage.taps(f"pledge_skip:{following.id}")
    assert "si salta" in done
    [late] = stage.taps(f"pledge_skip:{following.id}")
    assert "Fatto" in late or "già passata" in late
    states = [one.state for one in queries.instalments(promised.id)]
    assert states.count("skipped") == 1


def test_somebody_elses_promise_is_not_touched(stage, promised, clock):
    stage.says("ciao", of=EMMA)
    stage.taps(f"pledge_end:{promised.id}", of=EMMA)
    stage.taps(f"pledge_skip:{coming(promised).id}", of=EMMA)
    promised.refresh_from_db()
    assert promised.standing == "begun"
    assert coming(promised).state == "planned"


def test_a_stop_of_messages_says_that_the_promise_goes_on(stage, promised):
    [said] = stage.says("basta messaggi")
    assert "continua" in said
    promised.refresh_from_db()
    assert promised.standing == "begun"


def test_ended_meanwhile_by_staff(stage, promised):
    stage.says("salta il prossimo mese")
    actions.end(pledge_id=promised.id, by=CHAT, key=key())
    [said] = tap_first(stage, "pledge_yes:")
    assert "già fermo" in said
