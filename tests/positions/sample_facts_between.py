"""The weeks between the rounds (B2-01 to B2-12): what holds each, and where it is read."""

from datetime import date

from positions.models import Event
from tests.positions.sample_queries import (
    OUTLET,
    PAPER,
    Fact,
    by,
    demand,
    found,
)

MAY_28, MAY_30 = date(2025, 5, 28), date(2025, 5, 30)
FRAMEWORK = "Ukraine's framework for the negotiations"

FACTS = [
    Fact(
        "B2-01",
        demand("RU", "documents", kind="commitment", stated__startswith=date(2025, 5, 19)),
        {
            "occasion": "After a telephone call with Donald Trump",
            "addressees": {"UA"},
            "ended": "2 June 2025",
            "ending": "fulfilled",
        },
        by("RBC-Ukraine", OUTLET, speaker="Vladimir Putin"),
        ("Russia will offer Ukraine a memorandum", "rss.aubry.org"),
        ("Russia will offer Ukraine a memorandum",),
        day=MAY_28,
    ),
    Fact(
        "B2-02",
        demand("UA", "process", text__startswith="Umerov rang"),
        {"waits": [("contradicts", "Medinsky rang Umerov, to offer a date and a place.")]},
        by("RBC-Ukraine", speaker="Volodymyr Zelensky"),
        ("Umerov rang Medinsky, to ask about the paper.",),
        ("Umerov rang Medinsky, to ask about the paper.", "contradicts"),
        day=MAY_28,
    ),
    Fact(
        "B2-02",
        demand("RU", "process", text__startswith="Medinsky rang"),
        {"waits": [("contradicts", "Umerov rang Medinsky, to ask about the paper.")]},
        by("Pravda network DE", speaker="Vladimir Medinsky"),
        ("Medinsky rang Umerov",),
        ("Medinsky rang Umerov, to offer a date and a place.",),
        day=MAY_28,
    ),
    Fact(
        "B2-03",
        found(Event, kind="handed over"),
        {
            "happened": "28 May 2025",
            "actor": "UA",
            "proposal": FRAMEWORK,
        },
        by("Ukrainska Pravda", OUTLET, field="happened", reads="23 May 2025"),
        ("Online.ua", "23 May 2025"),
        ("28 May 2025",),
        day=MAY_28,
    ),
    Fact(
        "B2-04",
        demand("RU", "process", kind="offer", stated__startswith=date(2025, 5, 28)),
        {
            "ended": "2 June 2025",
            "ending": "fulfilled",
            "values": {
                "talks-date": "2 June 2025",
                "talks-place": "Istanbul",
                "talks-conditions": "not specified",
            },
        },
        by("Pravda.ru", speaker="Sergey Lavrov"),
        ("The second round meets in Istanbul on 2 June.",),
        ("The second round meets in Istanbul on 2 June.",),
        day=MAY_28,
    ),
    Fact(
        "B2-04",
        demand("RU", "documents", kind="commitment", stated__startswith=date(2025, 5, 28)),
        {"values": {"handover": "during the talks"}},
        by("Interfax-Ukraine", speaker="Sergey Lavrov"),
        ("presented at the second round, and not earlier",),
        ("presented at the second round, and not earlier",),
        day=MAY_28,
    ),
    Fact(
        "B2-05",
        demand("RU", "documents", answer="rejected"),
        {"answers": "Russia had promised its paper to the Americans, and to them first."},
        by("Interfax-Ukraine", speaker=None, capacity="Foreign ministry of Russia"),
        ("There was no deal to give the paper to the Americans.",),
        ("There was no deal to give the paper to the Americans.", "Rejects"),
        day=MAY_28,
    ),
    Fact(
        "B2-05",
        demand("UA", "documents", text__startswith="Russia had promised"),
        {"stated": "by 28 May 2025"},
        by("Interfax-Ukraine", speaker="Volodymyr Zelensky"),
        ("Russia had promised its paper to the Americans, and to them first.",),
        ("Russia had promised its paper to the Americans, and to them first.",),
        day=MAY_28,
    ),
    Fact(
        "B2-06",
        demand("UA", "documents", answer="countered"),
        {
            "answers": "There was no deal to give the paper to the Americans.",
            "values": {"handover": "not before the talks"},
        },
        by("Global Banking & Finance", speaker="Volodymyr Zelensky"),
        ("not Kyiv, not its partners, not Türkiye. A promise is broken.",),
        ("Nobody has seen Russia's paper",),
        day=MAY_30,
    ),
    Fact(
        "B2-07",
        demand("UA", "documents", kind="assessment"),
        {"stated": "29 May 2025"},
        by("Ukrainska Pravda", speaker="Heorhii Tykhyi"),
        ("suggests that it holds ultimatums", "a conjecture about the other side's paper"),
        ("suggests that it holds ultimatums",),
        day=MAY_30,
    ),
    Fact(
        "B2-08",
        demand("RU", "ceasefire", stated__endswith=date(2025, 5, 31)),
        {
            "stated": "by 30 May 2025",
            "waits": [
                ("only if", "Ukraine stops mobilising."),
                ("only if", "Arms supplies to Ukraine pause."),
            ],
        },
        by("UBN", speaker="Vasily Nebenzia"),
        ("A ceasefire is conceivable only if Ukraine's mobilisation stops",),
        ("Ukraine stops mobilising.", "Arms supplies to Ukraine pause."),
        day=MAY_30,
    ),
    Fact(
        "B2-09",
        demand("US", "documents"),
        {"kind": "assessment", "stated": "by 30 May 2025"},
        by("UBN", speaker="Keith Kellogg"),
        ("Ukraine's paper has 22 sensible points; Kyiv should go to the talks anyway.",),
        ("Ukraine's paper has 22 sensible points",),
        day=MAY_30,
    ),
    Fact(
        "B2-10",
        demand("TR", "leaders-meeting", stated__startswith=date(2025, 5, 30)),
        {
            "values": {
                "participants": "Zelensky, Putin, Trump, Erdogan",
                "meeting-host": "Türkiye",
                "meeting-city": "Istanbul",
                "meeting-date": "not specified",
            }
        },
        by("Hürriyet Daily News", speaker="Hakan Fidan"),
        ("chaired by Erdogan",),
        ("a meeting of Trump, Putin and Zelensky, chaired by Erdogan",),
        day=MAY_30,
    ),
    Fact(
        "B2-11",
        demand("RU", "leaders-meeting", answer="countered"),
        {
            "answers": "The talks in Istanbul end in a meeting of Trump, Putin and Zelensky, "
            "chaired by Erdogan.",
            "waits": [("only if", "The delegations reach results first.")],
        },
        by("Hürriyet Daily News", speaker="Dmitry Peskov"),
        ("A meeting of leaders has to wait for results between the delegations.",),
        ("A meeting of leaders has to wait for results between the delegations.",),
        day=MAY_30,
    ),
    Fact(
        "B2-12",
        found(Event, kind="leaked"),
        {
            "happened": "1 June 2025",
            "proposal": FRAMEWORK,
            "issue": "documents",
        },
        by("Pravda network", PAPER),
        ("Reuters printed it the day before the second round.", "Briefly News"),
        ("The full text of Ukraine's paper is printed",),
    ),
]
