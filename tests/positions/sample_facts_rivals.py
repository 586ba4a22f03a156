"""Where other outlets disagree with the article, sharpen or correct it (B-01 to B-16)."""

from negotiations.models import Person, Round, Source
from positions.models import Event
from tests.positions.sample_facts import (
    ALL_FOR_ALL,
    ERDOGAN,
    FRESH_SANCTIONS,
    OPTIONS,
    PAUSE,
    STRIKE,
    THIRTY_DAYS,
    WITHDRAWAL,
)
from tests.positions.sample_queries import (
    INFERENCE,
    OUTLET,
    PAPER,
    UNNAMED,
    Fact,
    by,
    counted,
    demand,
    found,
    value,
)

SERVICE = "Security service of Ukraine"


FACTS = [
    Fact(
        "B-01",
        found(Person, name="Donald Trump"),
        {},
        by("Zambian Observer", OUTLET, rank="deprecated"),
        ("calls him former president, too", "President of the United States"),
    ),
    Fact(
        "B-01",
        ERDOGAN,
        {},
        by("Hürriyet Daily News", INFERENCE, stance="contradicts", rank="preferred"),
        ("Trump, President of the United States at the time",),
    ),
    Fact(
        "B-02",
        counted("damage", 7_000_000_000),
        {"approximate": True},
        by("The Chronicle, Ghana", capacity=SERVICE, reported_by="UA", stance="leaves open"),
        ("which could not be checked", "cupure", SERVICE),
    ),
    Fact(
        "B-03",
        counted("aircraft-hit", 41),
        {"quantity": "41"},
        by("India Today", reported_by="UA"),
        ("Ukraine's count",),
    ),
    Fact(
        "B-03",
        counted("aircraft-hit", 20),
        {"quantity": "at most 20"},
        by("Daily8", UNNAMED, reported_by="US"),
        ("unnamed officials of the United States",),
    ),
    Fact(
        "B-03",
        counted("aircraft-destroyed", 10),
        {"approximate": True},
        by("Meduza", UNNAMED, capacity="unnamed source of Bloomberg"),
        ("India Today",),
    ),
    Fact("B-04", counted("airfields", 4), {}, by("India Today", OUTLET), ("ICARO Media Group",)),
    Fact("B-04", counted("airfields", 5), {}, by("cupure", OUTLET), ("on the bases, as targets",)),
    Fact(
        "B-04",
        counted("regions-attacked", 5),
        {},
        by(
            "guardiansofdemocracynet.blogspot.com",
            capacity="Defence ministry of Russia",
            reported_by="RU",
        ),
        ("Regions attacked",),
    ),
    Fact(
        "B-04",
        STRIKE,
        {
            "values": {
                "airfields": "4 / 5",
                "preparation": "about 18",
                "damage": "about 7,000,000,000",
                "regions-attacked": "5",
                "aircraft-hit": "41 / at most 20",
                "aircraft-destroyed": "about 10",
            }
        },
        by("ICARO Media Group", OUTLET, quote="smuggling drones into Russia"),
    ),
    Fact(
        "B-05",
        demand("RU", "force-limits", clause__label="Demobilisation"),
        {"values": {"demobilisation": "begun"}},
        by("TASS", PAPER, field="text", rank="preferred"),
        ("mobilisation ends and demobilisation starts",),
        ("begun",),
    ),
    Fact(
        "B-06",
        WITHDRAWAL,
        {
            "values": {
                "regions": "Donetsk, Luhansk, Kherson, Zaporizhzhia",
                "withdrawal": "full / begun",
            }
        },
        by("TASS", PAPER, field="text", rank="preferred"),
        ("to a distance from the border that is to be agreed", "a complete withdrawal", "Babel"),
        ("full or begun",),
    ),
    Fact(
        "B-07",
        OPTIONS,
        {"operator": "unclear"},
        by("Interfax-Ukraine", field="operator", reads="any", speaker="Vladimir Medinsky"),
        ("where he speaks of variability", "TASS", "CNN"),
        ("either suffices",),
    ),
    Fact(
        "B-08",
        value("duration", THIRTY_DAYS, rank="preferred"),
        {"quantity": "30"},
        by("AnewZ", PAPER),
        ("the paper of 28 May says 30 days, too",),
        ("30 days or at least 30 days or 90 days",),
    ),
    Fact(
        "B-09",
        PAUSE,
        {},
        by("Censor.net", field="kind", speaker="Vladimir Medinsky"),
        ("already agreed in some sectors; further down, something Ukraine would consider",),
    ),
    Fact(
        "B-10",
        ALL_FOR_ALL,
        {"kind": "agreed in part"},
        by("UNN", speaker="Rustem Umerov"),
        ("the seriously wounded and ill, those aged 18 to 25", "at least 1,000"),
        ("the seriously wounded and ill, those aged 18 to 25",),
    ),
    Fact(
        "B-10",
        value("exchange-count", ALL_FOR_ALL, per="each"),
        {"quantity": "1,000–1,200", "per": "each"},
        by("Firstpost", reads="1,000 each, and perhaps 200 more", speaker="Volodymyr Zelensky"),
    ),
    Fact(
        "B-11",
        demand("UA", "leaders-meeting", text__startswith="Zelensky and Putin meet before"),
        {
            "values": {
                "meeting-date": "by 30 June 2025 / 20–30 June 2025",
                "participants": "Zelensky, Putin",
            }
        },
        by("Censor.net", OUTLET, field="text"),
        ("the date by which Russia should answer", "to prepare a meeting of the leaders", "BCFA"),
        ("by 30 June 2025 or 20–30 June 2025",),
    ),
    Fact(
        "B-12",
        found(Round, number=2),
        {"duration": "74"},
        by("EU-East", OUTLET, field="duration", reads="two hours", rank="deprecated"),
        ("74 minutes, from 14:43 to 15:57 local time", "two hours"),
    ),
    Fact(
        "B-13",
        found(Round, number=2),
        {"level": ""},
        by("rss.aubry.org", OUTLET, field="level", stance="judges"),
        ("the same Russian team as in May, with deputy ministers and the GRU's chief",),
    ),
    Fact(
        "B-14",
        value("sanctions-by", FRESH_SANCTIONS),
        {"choices": {"european-union", "united-states"}},
        by("President of Ukraine", speaker="Volodymyr Zelensky"),
    ),
    Fact(
        "B-14",
        found(Event, actor__code="EU"),
        {"happened": "18 July 2025", "round": None, "issue": "sanctions"},
        by("WION", OUTLET),
        ("DeepNewz", "NewsBytes"),
        ("The EU adopts its 18th package",),
    ),
    Fact(
        "B-15",
        ERDOGAN,
        {"waits": [("only if", "Putin and Zelensky agree; for Trump to come, too.")]},
        by("UNN", speaker="Recep Tayyip Erdogan"),
        ("Putin and Zelensky agree; for Trump to come, too.",),
    ),
    Fact(
        "B-16",
        found(Source, outlet="ICARO Media Group"),
        {"derived_from": "CNN"},
        by("CNN", INFERENCE, field="derived_from"),
        ("the article follows CNN's report closely",),
    ),
]
