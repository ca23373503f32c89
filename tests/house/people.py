"""People with phones: what they say, hear, tap and pay; and their words in three languages."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.house.waiting import ANSWER_SECONDS, until

if TYPE_CHECKING:
    from tests.house.driver import House

# A sweep of the workers comes each second: what has not come after one does not come.
QUIET_SECONDS = 1.4
CAUSE = "pozzi-burkina"
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """How a donor of one language speaks, and what must be heard in that language."""

    lang: str
    give: str  # 5 euro for the well
    give_more: str  # 20 euro for the well
    begin: str  # a wish to give to the well, without an amount
    yes: str
    where: str
    stop: str
    person: str
    robot: str  # heard once: this is an assistant
    person_word: str  # … and the word that brings a person
    cause: str
    once: str
    thanks: str
    counted: str
    distress: str

    @property
    def direction(self) -> str:
        """How a page in this language runs."""
        return "rtl" if self.lang == "ar" else "ltr"


ITALIAN = Words(
    lang="it",
    give="vorrei dare 5 euro per il pozzo",
    give_more="vorrei dare 20 euro per il pozzo",
    begin="vorrei donare per il pozzo",
    yes="sì",
    where="dove sono i miei soldi?",
    stop="basta messaggi",
    person="voglio parlare con una persona",
    robot="assistente automatico",
    person_word='"persona"',
    cause="Pozzi in Burkina Faso",
    once="una volta sola",
    thanks="Grazie",
    counted="hanno contribuito a",
    distress="non ce la faccio più, voglio morire",
)
ENGLISH = Words(
    lang="en",
    give="I'd like to give 5 euros for the well",
    give_more="I'd like to give 20 euros for the well",
    begin="I want to give to the well",
    yes="yes",
    where="where is my money?",
    stop="stop messages",
    person="I want to talk to a person",
    robot="automatic assistant",
    person_word='"person"',
    cause="Wells in Burkina Faso",
    once="once",
    thanks="Thank you",
    counted="counted towards",
    distress="I want to kill myself",
)
ARABIC = Words(
    lang="ar",
    give="أريد أن أتبرع بخمسة يورو للبئر",
    give_more="أريد أن أتبرع بعشرين يورو للبئر",
    begin="أريد أن أتبرع للبئر",
    yes="نعم",
    where="أين أموالي؟",
    stop="توقف",
    person="أريد التحدث مع شخص",
    robot="المساعد الآلي",
    person_word="«شخص»",
    cause="آبار في بوركينا فاسو",
    once="مرة واحدة",
    thanks="شكرًا",
    counted="احتُسبت ضمن",
    distress="أريد أن أموت",
)
LANGUAGES = (ITALIAN, ENGLISH, ARABIC)


@dataclass(frozen=True, slots=True)
class Given:
    """A gift that has arrived: what the API says of it, the thanks, the donor's page."""

    gift: Json
    thanks: Json
    page: str


class Donor:
    """Somebody with a phone; everything heard is read in order, once."""

    def __init__(self, house: "House", made: Json, words: Words) -> None:
        self.house, self.words = house, words
        self.id, self.name, self.phone = made["id"], made["name"], made["phone"]
        self.user_id: str = made["user_id"]
        self._read = 0

    def say(self, text: str) -> None:
        """Write a message."""
        self.send({"text": text})

    def send(self, message: Json) -> None:
        """Send a message of any kind."""
        self.house.play(f"people/{self.id}/messages", message)

    def tap(self, verb: str) -> None:
        """Tap the newest button whose id begins with `verb`."""
        offered = [b["id"] for m in self.heard() for b in (*m["buttons"], *m["rows"])]
        choices = [one for one in offered if one.startswith(verb)]
        assert choices, f"no button {verb!r} among {offered}"
        self.send({"tap": choices[-1]})

    def screen(self) -> list[Json]:
        """Both directions, in order."""
        answer = self.house.http.get(f"{self.house.sim}/people/{self.id}/messages")
        found: list[Json] = answer.raise_for_status().json()
        return found

    def heard(self) -> list[Json]:
        """Everything that was said to this person, in order."""
        return [message for message in self.screen() if message["direction"] == "out"]

    def next(self, seconds: float = ANSWER_SECONDS) -> Json:
        """The next message to this person that was not read yet."""
        fresh = until(lambda: self.heard()[self._read :], f"{self.name} hears something", seconds)
        self._read += 1
        return fresh[0]

    def ask(self, text: str) -> Json:
        """Say something and read the answer."""
        self.say(text)
        return self.next()

    def hears_nothing(self, seconds: float = QUIET_SECONDS) -> None:
        """Fails when anything is said to this person within the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            fresh = self.heard()[self._read :]
            assert not fresh, f"{self.name} should hear nothing, heard {fresh[0]['text']!r}"
            time.sleep(0.2)

    def record(self) -> Json:
        """What the API knows of this person."""
        found: Json = self.house.get("people", address=self.phone)
        return found

    def gifts(self) -> list[Json]:
        """The gifts of this person, newest first."""
        found: list[Json] = self.house.get("gifts", person=self.phone)
        return found

    def conversation(self) -> list[Json]:
        """The conversation as the API tells it."""
        found: list[Json] = self.house.get(
            f"conversations/{self.record()['conversation']}/messages"
        )
        return found

    def all_read(self) -> bool:
        """Whether the house knows that everything it said was read."""
        return all(m["state"] == "read" for m in self.conversation() if m["direction"] == "out")

    def link(self) -> Json:
        """Ask to give five euro, confirm by tap, and receive the payment link."""
        self.ask(self.words.give)
        self.tap("confirm:")
        return the_link(self.next())

    def pay(self, link: Json, **content: Any) -> None:
        """Pay at the provider."""
        self.house.play(f"payments/{link['payment_ref']}/pay", content)

    def give(self, **content: Any) -> Given:
        """The whole path from a wish to thanks; `amount_minor` pays another amount than asked."""
        self.pay(self.link(), **content)
        thanks = self.next()
        return Given(self.gifts()[0], thanks, the_link(thanks)["url"])


def the_link(message: Json) -> Json:
    """The one link of a message."""
    assert len(message["links"]) == 1, f"one link expected in {message['text']!r}"
    found: Json = message["links"][0]
    return found
