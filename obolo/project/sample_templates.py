"""The message templates of the sample organisation, created at the pretend WhatsApp.

Owns their wording, and bringing them to the Graph API as an organisation does once by hand. Their
names and the order of their values are those of `assistant.compose.as_template`. Never: sending,
or the network itself: whoever calls brings the means.
Source: Cloud API, message templates; a variable may not stand at an edge of a text.
"""

from typing import Any, Protocol

from obolo.project.sample_facts import WABA_ID

# Values of gift_receipt: amount, cause, receipt. Of gift_counted: amount, purchase, cause.
# Of gift_returned: amount, cause. Of gift_corrected: cause.
_BODIES = {
    "gift_receipt": {
        "it": "Grazie! Il tuo dono di {{1}} per {{2}} è arrivato. Ricevuta {{3}}.",
        "en": "Thank you! Your gift of {{1}} for {{2}} has arrived. Receipt {{3}}.",
        "ar": "شكرًا لك! وصل عطاؤك {{1}} من أجل {{2}}. الإيصال {{3}}.",
    },
    "gift_returned": {
        "it": "Il tuo dono: {{1}} per {{2}} sono tornati indietro. La tua pagina lo mostra.",
        "en": "News of your gift: {{1}} for {{2}} went back. Your page shows it.",
        "ar": "خبر عن عطائك: {{1}} من أجل {{2}} أُعيدت. تعرض صفحتك ذلك.",
    },
    "gift_corrected": {
        "it": "Abbiamo corretto un nostro errore sul tuo dono per {{1}}. La tua pagina lo mostra.",
        "en": "We put right a mistake of ours about your gift for {{1}}. Your page shows it.",
        "ar": "صحّحنا خطأً منّا في عطائك لأجل {{1}}. تعرض صفحتك ذلك.",
    },
    "gift_counted": {
        "it": "Una novità: {{1}} del tuo dono hanno contribuito a {{2}}, per {{3}}.",
        "en": "Some news: {{1}} of your gift counted towards {{2}}, for {{3}}.",
        "ar": "لدينا خبر: {{1}} من عطائك احتُسبت ضمن {{2}}، من أجل {{3}}.",
    },
}
# Values of pledge_notice: amount, cause, day. Of pledge_link: amount, cause.
_PLEDGES = {
    "pledge_notice": {
        "it": "Il tuo dono regolare di {{1}} per {{2}} sarà raccolto il {{3}}, come promesso.",
        "en": "Your regular gift of {{1}} for {{2}} will be collected on {{3}}, as agreed.",
        "ar": "سيُحصَّل عطاؤك المنتظم {{1}} من أجل {{2}} في {{3}} كما اتفقنا.",
    },
    "pledge_link": {
        "it": "Ecco il link per il dono che hai promesso: {{1}} per {{2}}. Grazie!",
        "en": "Here is the link for the gift you promised: {{1}} for {{2}}. Thank you!",
        "ar": "هذا رابط العطاء الذي وعدت به: {{1}} من أجل {{2}}. شكرًا لك!",
    },
}
_NOTICE_BUTTONS = {
    "it": ("Salta questa volta", "Smetto"),
    "en": ("Skip this one", "Stop"),
    "ar": ("تخطّي هذه المرة", "إيقاف"),
}
_PAY = {"it": "Al pagamento", "en": "Go to payment", "ar": "إلى الدفع"}
_BUTTONS = {"it": "Segui il tuo dono", "en": "Follow your gift", "ar": "تتبّع عطائك"}
Json = dict[str, Any]


class Graph(Protocol):
    """One call of the Graph API: a GET, or a POST of `content`; the JSON of the answer."""

    def __call__(self, url: str, content: Json | None = None) -> Json:
        """Raises OSError when it refuses or does not answer."""


def register(base_url: str, graph: Graph) -> None:
    """Create the missing ones and mend those that lead elsewhere; repeating changes nothing.

    Raises what `graph` raises.
    """
    path = f"{base_url}/v26.0/{WABA_ID}/message_templates"
    listed = graph(f"{path}?limit=1000")["data"]
    known = {(one["name"], one["language"]): one for one in listed}
    for wanted in _templates(base_url):
        found = known.get((wanted["name"], wanted["language"]))
        if found is None:
            graph(path, wanted)
        elif found["components"] != wanted["components"]:  # the demo moved to another port
            graph(f"{base_url}/v26.0/{found['id']}", {"components": wanted["components"]})


def _templates(base_url: str) -> list[Json]:
    return [*_of_gifts(base_url), *_of_pledges(base_url)]


def _of_pledges(base_url: str) -> list[Json]:
    made = []
    for name, texts in _PLEDGES.items():
        for lang, text in texts.items():
            buttons = [{"type": "QUICK_REPLY", "text": one} for one in _NOTICE_BUTTONS[lang]]
            if name == "pledge_link":
                url = f"{base_url}/{{{{1}}}}"
                buttons = [{"type": "URL", "text": _PAY[lang], "url": url}]
            body = {"type": "BODY", "text": text}
            components = [body, {"type": "BUTTONS", "buttons": buttons}]
            one = {"name": name, "language": lang, "category": "UTILITY"}
            made.append(one | {"components": components})
    return made


def _of_gifts(base_url: str) -> list[Json]:
    return [
        {
            "name": name,
            "language": lang,
            "category": "UTILITY",
            "components": [
                {"type": "BODY", "text": text},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "URL", "text": _BUTTONS[lang], "url": f"{base_url}/{{{{1}}}}"}
                    ],
                },
            ],
        }
        for name, texts in _BODIES.items()
        for lang, text in texts.items()
    ]
