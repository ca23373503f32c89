"""A promise is kept: each due day is announced, asked for, collected once, or let go kindly.

1. `run` claims the due days about which something is to be done today (`giving.pledges`).
2. Announce: amount, day, how to skip or stop, some days before money is taken by itself.
3. Ask: a link each time; or a payment from the saved method, which `receive_a_gift.place` brings to
   the provider with its own reference; debits wait for `collect_debits`.
4. `giving.settle` notes the result in the transaction that books the gift, and plans the next day.
   A soft failure is tried again on its day without a word; a hard one is told with a link.
Words are queued in the same transaction as what they tell.
"""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from obolo.assistant import compose
from obolo.assistant.texts import day, money, render
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author
from obolo.giving.pledges import collecting
from obolo.giving.pledges.collecting import Step
from obolo.giving.pledges.models import Instalment, InstalmentState, Pledge, Way
from obolo.organisations.wall import within
from obolo.people.models import Purpose
from obolo.stories.receive_a_gift import link

log = logging.getLogger(__name__)
BATCH = 20


def run(organisation_id: UUID) -> int:
    """Do what is due today; how many due days were taken up."""
    with within(organisation_id):
        woken = collecting.wake_paused(limit=BATCH)
        due = collecting.claim_due(limit=BATCH)
        for one in due:
            try:
                with transaction.atomic():
                    _tell(collecting.step(one))
            except Exception:  # whatever it was, it must delay this promise only
                log.exception("instalment %s could not be looked after", one.id)
                collecting.postpone(instalment_id=one.id)
    return woken + len(due)


def _tell(step: Step | None) -> None:
    if step is None:
        return
    if step.what == "announce":
        _announce(step.instalment)
    elif step.what == "ended_unpaid":
        _say(step.instalment, "pledge_ended_unpaid", "ended", [("ask:give", "btn_give")])
    else:
        _send_link(step)


def _announce(instalment: Instalment) -> None:
    lang = instalment.pledge.language
    buttons = [
        (f"pledge_skip:{instalment.id}", "btn_skip"),
        (f"pledge_end:{instalment.pledge_id}", "btn_stop_giving"),
    ]
    values = _values(instalment)
    template = compose.template_with(
        "pledge_notice",
        lang,
        [values["amount"], values["cause"], values["date"]],
        payloads=[tap for tap, _ in buttons],
    )
    key = "pledge_notice"
    if instalment.pledge.way == Way.DEBIT:
        key = "pledge_notice_debit"
    # Another day or amount is another notice.
    mark = f"notice:{instalment.take_on}:{instalment.amount_minor}"
    _say(instalment, key, mark, buttons, template)


def _send_link(step: Step) -> None:
    instalment, attempt = step.instalment, step.attempt
    assert attempt is not None
    assert attempt.payment is not None
    lang, url = instalment.pledge.language, link(attempt.payment)
    values = _values(instalment)
    composed = compose.with_link(_link_key(step), lang, "btn_pay", url, **values)
    conversations.say(
        conversation=conversations.of_person(instalment.pledge.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"pledge_link:{attempt.id}",
        author=Author.SYSTEM,
        template=compose.template_with(
            "pledge_link",
            lang,
            [values["amount"], values["cause"]],
            suffix="/".join(url.rsplit("/", 3)[1:]),
        ),
        content={"payment": str(attempt.payment_id), "pledge": str(instalment.pledge_id)},
    )


def _link_key(step: Step) -> str:
    if step.what == "told_failure":
        return "pledge_link_after_failure"
    before = Instalment.objects.filter(
        pledge_id=step.instalment.pledge_id, period__lt=step.instalment.period
    )
    if before.filter(state=InstalmentState.COLLECTED).exists():
        return "pledge_link"
    saves = step.attempt is not None and step.attempt.keeps_method
    return "pledge_link_first_saved" if saves else "pledge_link_first"


def _values(instalment: Instalment) -> dict[str, str]:
    pledge = instalment.pledge
    return {
        "amount": money(instalment.amount, pledge.language),
        "cause": pledge.cause.name(pledge.language),
        "date": day(instalment.take_on, pledge.language),
        "rhythm": rhythm_words(pledge),
    }


def rhythm_words(pledge: Pledge) -> str:
    """ "every month" in the pledge's language."""
    return render(f"rhythm_{pledge.rhythm}", pledge.language)


def _say(
    instalment: Instalment,
    key: str,
    mark: str,
    buttons: Sequence[tuple[str, str]],
    template: dict[str, object] | None = None,
) -> None:
    lang = instalment.pledge.language
    titled = [(tap, render(title, lang)) for tap, title in buttons]
    composed = compose.with_buttons(key, lang, titled, values=_values(instalment))
    conversations.say(
        conversation=conversations.of_person(instalment.pledge.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"pledge_{mark}:{instalment.id}",
        author=Author.SYSTEM,
        template=template,
        content={"pledge": str(instalment.pledge_id)},
    )
