"""The six causes of the sample organisation, in three languages."""

from typing import Any

CAUSES: tuple[dict[str, Any], ...] = (
    {
        "slug": "pozzi-burkina",
        "names": {
            "it": "Pozzi in Burkina Faso",
            "en": "Wells in Burkina Faso",
            "ar": "آبار في بوركينا فاسو",
        },
        "summaries": {
            "it": "Pozzi con pompa a mano nei villaggi dove l'acqua è a ore di cammino.",
            "en": "Hand-pump wells in villages where water is hours of walking away.",
            "ar": "آبار بمضخات يدوية في قرى يبعد عنها الماء ساعات من المشي.",
        },
        "aliases": ["pozzo", "acqua", "well", "water", "بئر", "ماء"],
        "goal_minor": 1_200_000,
        "sdg_goals": [6, 3],
        "icnpo_group": "6",
    },
    {
        "slug": "scuola-libano",
        "names": {
            "it": "Scuola nella Bekaa, Libano",
            "en": "School in the Bekaa, Lebanon",
            "ar": "مدرسة البقاع في لبنان",
        },
        "summaries": {
            "it": "Classi, libri e trasporto per bambini che hanno perso anni di scuola.",
            "en": "Classes, books and a bus for children who lost years of school.",
            "ar": "صفوف وكتب ونقل لأطفال فاتتهم سنوات من الدراسة.",
        },
        "aliases": ["scuola", "libri", "school", "books", "مدرسة", "كتب"],
        "goal_minor": 2_500_000,
        "sdg_goals": [4],
        "icnpo_group": "2",
    },
    {
        "slug": "mensa-napoli",
        "names": {
            "it": "Mensa di Napoli",
            "en": "Naples soup kitchen",
            "ar": "مطعم نابولي الخيري",
        },
        "summaries": {
            "it": "Un pasto caldo ogni sera, con un posto a tavola e un nome.",
            "en": "A hot meal every evening, with a seat at the table and a name.",
            "ar": "وجبة ساخنة كل مساء، مع مكان على المائدة واسم.",
        },
        "aliases": ["mensa", "pasti", "soup kitchen", "meals", "مطعم", "وجبات"],
        "goal_minor": 1_800_000,
        "sdg_goals": [2, 1],
        "icnpo_group": "4",
    },
    {
        "slug": "ricerca-seno",
        "names": {
            "it": "Ricerca sul tumore al seno",
            "en": "Breast cancer research",
            "ar": "أبحاث سرطان الثدي",
        },
        "summaries": {
            "it": "Borse di studio per giovani ricercatrici e strumenti di laboratorio.",
            "en": "Grants for young researchers and instruments for their laboratory.",
            "ar": "منح لباحثات شابات وأجهزة لمختبرهن.",
        },
        "aliases": ["ricerca", "tumore", "research", "cancer", "أبحاث", "سرطان"],
        "goal_minor": 5_000_000,
        "sdg_goals": [3],
        "icnpo_group": "2",
    },
    {
        "slug": "emergenza-alluvione",
        "names": {
            "it": "Emergenza alluvione",
            "en": "Flood appeal",
            "ar": "إغاثة الفيضان",
        },
        "summaries": {
            "it": "Coperte, stufe e pulizia delle case nelle prime settimane.",
            "en": "Blankets, stoves and help to clean homes in the first weeks.",
            "ar": "بطانيات ومدافئ وتنظيف البيوت في الأسابيع الأولى.",
        },
        "aliases": ["alluvione", "flood", "فيضان"],
        "goal_minor": 1_000_000,
        "sdg_goals": [11, 13],
        "icnpo_group": "4",
    },
    {
        "slug": "casa-rifugio",
        "names": {
            "it": "Casa rifugio per donne",
            "en": "Women's shelter",
            "ar": "بيت الإيواء للنساء",
        },
        "summaries": {
            "it": "Un indirizzo che nessuno conosce, e il tempo per ricominciare.",
            "en": "An address nobody knows, and the time to start again.",
            "ar": "عنوان لا يعرفه أحد، ووقت للبدء من جديد.",
        },
        "aliases": ["rifugio", "shelter", "ملجأ", "إيواء"],
        "goal_minor": 1_500_000,
        "sdg_goals": [5, 16],
        "icnpo_group": "4",
    },
)
