"""The 60 facts of the article, S-01 to S-60: for each, what holds it and where it is read."""

from negotiations.models import Delegate, Party, Person, Round, Source
from positions.models import Clause, Event, Outcome, Proposal, Silence, TermValue
from tests.positions.sample_queries import (
    INFERENCE,
    OFFICIAL,
    Fact,
    counted,
    demand,
    found,
    link,
    overall,
    value,
    words,
)

ICARO = found(Source, outlet="ICARO Media Group")
ROUND_1, ROUND_2 = found(Round, number=1), found(Round, number=2)
OPTIONS = found(Clause, label="Two options for a ceasefire")
PAPER = found(Proposal, holders__code="RU", kind="memorandum")
STRIKE = found(Event, actor__code="UA", kind="military")
TWO_OPTIONS = 'Russia now proposes two "options" for a ceasefire'
ALL_FOR_ALL = found(Outcome, text__startswith="The sides work on another exchange")
WITHDRAWAL = demand("RU", "territory", clause__label="Option 1")
ELECTIONS = demand("RU", "elections")
OFFER = demand("RU", "ceasefire", clause__label="Two options for a ceasefire")
THIRTY_DAYS = demand("UA", "ceasefire", text__startswith="An unconditional ceasefire")
PAUSE = demand("RU", "ceasefire", text__startswith="A short pause")
NOT_BEFORE = demand("UA", "documents", text__startswith="Russia did not pass on")
AT_THE_TALKS = demand("RU", "documents", text__startswith="Russia tabled")
ERDOGAN = demand("TR", "leaders-meeting", text__startswith="Erdogan suggests")
FRESH_SANCTIONS = demand("UA", "sanctions", text__startswith="Strong fresh sanctions")
SUMMIT = "a summit that includes former U.S. President Donald Trump"
TRUMP = "former U.S. President Donald Trump"
IN_THE_TALKS = "claimed Russia had presented a detailed document during the talks"

FACTS = [
    Fact(
        "S-01",
        ICARO,
        {"outlet": "ICARO Media Group", "author": "", "kind": "article"},
        words("ICARO Media Group", field="outlet"),
        ("Filed under Politics. No byline and no agency is given.",),
    ),
    Fact(
        "S-02",
        ICARO,
        {"published": "2 June 2025"},
        words("02/06/2025 22h51", field="published"),
        ("written day first, with a French-style hour and no time zone: 22:51 on 2 June 2025",),
    ),
    Fact(
        "S-03",
        ICARO,
        {},
        words("do not reflect the opinion of ICARO", field="note"),
        ("the views in the piece are not the outlet's own",),
    ),
    Fact(
        "S-04",
        ICARO,
        {"text": ""},
        {"quote": "", "basis": INFERENCE, "field": "note"},
        ("An image link, a row of asterisks and a stray word of page furniture",),
    ),
    Fact(
        "S-05",
        found(Party, code="UA"),
        {"name": "Ukraine", "aliases": ["Kyiv"], "standing": "principal", "order": 1},
        words("Kyiv executed a dramatic drone strike", field="aliases"),
        ("Ukraine", "Kyiv", "principal"),
        ("Ukraine",),
    ),
    Fact(
        "S-06",
        found(Party, code="RU"),
        {"name": "Russia", "aliases": ["Moscow"], "standing": "principal", "order": 2},
        words("Umerov criticized Moscow", field="aliases"),
        ("Russia", "Moscow", "principal"),
        ("Russia",),
    ),
    Fact(
        "S-07",
        found(
            Party,
            code="TR",
            participations__round__number=2,
            participations__role="host",
            demands__kind="offer",
        ),
        {"name": "Türkiye", "aliases": ["Turkey"], "standing": "third party"},
        words("Turkish President Recep Tayyip Erdogan", field="standing"),
        ("Türkiye", "where the talks take place, and its president makes a proposal of his own"),
        ("Türkiye",),
    ),
    Fact(
        "S-08",
        found(Party, code="US", participations=None),
        {"name": "United States", "standing": "third party"},
        words(TRUMP, field="standing"),
        ("not at the table; present only through Trump, a wished-for guest of a summit",),
    ),
    Fact(
        "S-09",
        found(Person, name="Volodymyr Zelensky"),
        {},
        words("President Volodymyr Zelensky", capacity="President of Ukraine"),
        ("Volodymyr Zelensky", "President of Ukraine"),
    ),
    Fact(
        "S-10",
        found(Delegate, round__number=2, person__name="Vladimir Putin"),
        {"party": "RU", "capacity": "President of Russia", "attended": False},
        words("did not attend the meeting", field="attended"),
        ("Vladimir Putin, President of Russia", "stayed away"),
    ),
    Fact(
        "S-11",
        found(Delegate, round__number=2, person__name="Rustem Umerov"),
        {"party": "UA", "capacity": "Defence minister of Ukraine", "is_head": True},
        words("Ukrainian defense minister Rustem Umerov", field="capacity"),
        (
            "Rustem Umerov, Defence minister of Ukraine",
            "he speaks for the Ukrainian side; who heads its delegation is not said",
        ),
    ),
    Fact(
        "S-12",
        found(Delegate, round__number=2, person__name="Vladimir Medinsky"),
        {"party": "RU", "capacity": "", "is_head": True, "attended": True},
        words("Vladimir Medinsky, head of the Russian delegation", field="is_head"),
        ("Vladimir Medinsky", "leads Russia's delegation"),
    ),
    Fact(
        "S-13",
        found(Person, name="Recep Tayyip Erdogan"),
        {},
        words("Turkish President Recep Tayyip Erdogan", capacity="President of Türkiye"),
        ("Recep Tayyip Erdogan", "President of Türkiye"),
    ),
    Fact(
        "S-14",
        found(Person, name="Donald Trump"),
        {},
        words(TRUMP, capacity="former President of the United States", rank="deprecated"),
        ("Donald Trump", "former President of the United States", "Contradicts"),
    ),
    Fact(
        "S-15",
        ROUND_1,
        {"status": "held", "venue": "Dolmabahçe office, Istanbul"},
        words("initial discussions in Turkey last month", field="held"),
        ("16 May 2025", "the month before the article; the day is not given"),
        ("16 May 2025",),
    ),
    Fact(
        "S-16",
        found(Outcome, round__number=1, issue__code="documents"),
        {
            "kind": "agreed in part",
            "reached": "16 May 2025",
            "confirmed_by": {"UA", "RU"},
            "values": {"papers-due": "not specified"},
        },
        words("agreed to outline their conditions for a full ceasefire"),
        ("Each side sets out what it would require for a complete ceasefire and, possibly,",),
        ("Each side sets out what it would require for a complete ceasefire and, possibly,",),
    ),
    Fact(
        "S-17",
        ROUND_2,
        {"number": 2, "format": "direct", "held": "2 June 2025, 14:43–15:57", "status": "held"},
        words("second set of direct peace negotiations", field=""),
        ("2 June 2025", "direct"),
        ("2 June",),
    ),
    Fact(
        "S-18",
        ROUND_2,
        {"venue": "Çırağan Palace, Istanbul", "time_zone": "Europe/Istanbul"},
        words("convened in Istanbul on Monday", field="venue"),
        ("Istanbul", "the building is not named"),
        ("Istanbul",),
    ),
    Fact(
        "S-19",
        ROUND_2,
        {"duration": "74"},
        words("lasting just over an hour", field="duration"),
        ("a little over one hour", "74 minutes, from 14:43 to 15:57 local time"),
    ),
    Fact(
        "S-20",
        demand("RU", "process", text__startswith="Putin proposes"),
        {"stated": "11 May 2025", "ended": "16 May 2025", "ending": "fulfilled"},
        words(
            "who initially proposed direct talks with Ukraine in Turkey", speaker="Vladimir Putin"
        ),
        ("Putin proposes that Russia and Ukraine talk face to face in Türkiye",),
    ),
    Fact(
        "S-21",
        ROUND_2,
        {"level": ""},
        words("delegating a low-level team instead", field="level", stance="judges"),
        ("Russia's team was low-level: the outlet's rating, since Putin stayed away", "Judges"),
    ),
    Fact(
        "S-22",
        ALL_FOR_ALL,
        {
            "kind": "agreed in part",
            "issue": "prisoners",
            "round": "Second direct talks, Istanbul",
            "confirmed_by": {"UA", "RU"},
        },
        words("both sides agreed to work on a new prisoner exchange"),
        ("The sides work on another exchange of prisoners", "no number, group or date is given"),
        ("The sides work on another exchange of prisoners",),
    ),
    Fact(
        "S-23",
        found(Outcome, issue=None),
        {"kind": "not agreed", "reached": "2 June 2025"},
        words("did little to resolve the stark differences"),
        ("The round did little to bring the sides closer.",),
        ("The round did little to bring the sides closer.",),
    ),
    Fact(
        "S-24",
        found(Outcome, issue__code="ceasefire"),
        {"kind": "not agreed", "reached": "2 June 2025"},
        words("particularly on the issue of a ceasefire"),
        ("it is singled out as the sharpest point of difference",),
        ("it is singled out as the sharpest point of difference",),
    ),
    Fact(
        "S-25",
        OFFER,
        {"kind": "offer", "stated": "2 June 2025", "clause": "Two options for a ceasefire"},
        words(TWO_OPTIONS),
        ("A ceasefire in return for what one of two options, or both, ask of Ukraine.",),
        ("Two options for a ceasefire", "Option 1", "Option 2: package deal"),
    ),
    Fact(
        "S-26",
        WITHDRAWAL,
        {
            "kind": "demand",
            "clause": "Option 1",
            "obligors": {"UA"},
            "values": {
                "regions": "Donetsk, Luhansk, Kherson, Zaporizhzhia",
                "withdrawal": "full / begun",
            },
        },
        words("the full withdrawal of Ukrainian Armed Forces"),
        ("All Ukrainian forces leave the regions of Donetsk, Luhansk, Kherson and Zaporizhzhia.",),
        ("All Ukrainian forces leave the regions of Donetsk, Luhansk, Kherson and Zaporizhzhia.",),
    ),
    Fact(
        "S-27",
        found(Clause, parent__label="Two options for a ceasefire", operator="all"),
        {"label": "Option 2: package deal"},
        words('The second, labeled a "package deal,"', field="label"),
        ("Option 2: package deal", "A bundle of at least four items"),
        ("Option 2: package deal",),
    ),
    Fact(
        "S-28",
        demand("RU", "force-limits", clause__label="Demobilisation"),
        {"obligors": {"UA"}, "values": {"demobilisation": "begun"}},
        words("the demobilization of the Ukrainian Armed Forces"),
        ("Ukraine demobilises its armed forces.", "mobilisation ends and demobilisation starts"),
        ("Ukraine demobilises its armed forces.",),
    ),
    Fact(
        "S-29",
        demand("RU", "military-aid"),
        {
            "clause": "Foreign military aid",
            "obligors": set(),
            "values": {
                "aid-to-stop": "all of it",
                "aid-kinds": "arms, satellite links, intelligence",
            },
        },
        words("the cessation of all foreign military aid to Kyiv"),
        ("All military help from abroad for Ukraine stops.", "who must act is not said"),
        ("All military help from abroad for Ukraine stops.",),
    ),
    Fact(
        "S-30",
        demand("RU", "martial-law"),
        {"clause": "Martial law", "values": {"martial-law": "lifted"}},
        words("the lifting of martial law in Ukraine"),
        ("Ukraine lifts martial law.",),
        ("Ukraine lifts martial law.",),
    ),
    Fact(
        "S-31",
        ELECTIONS,
        {
            "clause": "Elections",
            "values": {
                "elections-deadline": "at most 100",
                "elected-bodies": "president, parliament",
            },
            "waits": [("within", "Ukraine lifts martial law.")],
        },
        words("the holding of elections within 100 days of this action"),
        ("Elections are held in Ukraine within 100 days of the end of martial law",),
        ("Elections are held in Ukraine within 100 days of the end of martial law", "100 days"),
    ),
    Fact(
        "S-32",
        link("within", ELECTIONS),
        {
            "record": "Elections are held in Ukraine within 100 days of the end of martial law.",
            "anchor": "Ukraine lifts martial law.",
        },
        words("within 100 days of this action", INFERENCE),
        ("Ukraine lifts martial law.",),
        ("within", "Ukraine lifts martial law."),
    ),
    Fact(
        "S-33",
        link("only if", OFFER),
        {"anchor": "Two options for a ceasefire"},
        words("", INFERENCE),
        ("Two options for a ceasefire", "what the options ask is the price of the ceasefire"),
        ("only if",),
    ),
    Fact(
        "S-34",
        OPTIONS,
        {"operator": "unclear"},
        words(
            "unclear if Ukraine must agree to both options",
            field="operator",
            stance="leaves open",
            reads="unclear",
        ),
        ("Two options for a ceasefire", "unclear", "TASS", "CNN", "Interfax-Ukraine"),
        ("unclear", "TASS"),
    ),
    Fact(
        "S-35",
        found(Silence, party__code="UA"),
        {"looked_until": "2 June 2025", "party": "UA", "round": "Second direct talks, Istanbul"},
        {"quote": "", "basis": INFERENCE},
        ("no Ukrainian answer to either option is in it",),
        ("No answer reported",),
        count=6,
    ),
    Fact(
        "S-36",
        THIRTY_DAYS,
        {
            "kind": "demand",
            "firmness": "firm",
            "stated": "2 June 2025",
            "values": {
                "duration": "30 / at least 30 / 90",
                "area": "whole front",
                "conditions": "none",
            },
            "waits": [],
        },
        words(
            "unwavering demand for a 30-day unconditional ceasefire",
            OFFICIAL,
            speaker="Rustem Umerov",
            capacity="Defence minister of Ukraine",
        ),
        ("An unconditional ceasefire of 30 days.",),
        ("An unconditional ceasefire of 30 days.", "30 days"),
    ),
    Fact(
        "S-37",
        PAUSE,
        {
            "kind": "offer",
            "stated": "2 June 2025",
            "values": {
                "duration": "2–3",
                "area": "certain stretches of the front",
                "conditions": "not specified",
            },
        },
        words("ceasefire of two to three days in specific frontline areas", speaker=None),
        ("A short pause in the fighting on certain stretches of the front.",),
        ("A short pause in the fighting on certain stretches of the front.", "2–3 days"),
    ),
    Fact(
        "S-38",
        value("area", THIRTY_DAYS),
        {},
        {"quote": "", "basis": INFERENCE},
        ("whole front", "no area is named, so none is left out"),
        ("27 days",),
    ),
    Fact(
        "S-39",
        PAUSE,
        {"clause": None, "supersedes": None, "ended": None},
        words("", INFERENCE, field="supersedes"),
        ("stands beside the two options for a full ceasefire and does not replace them",),
        ("Two options for a ceasefire", "A short pause in the fighting"),
    ),
    Fact(
        "S-40",
        PAPER,
        {"tabled": "2 June 2025", "round": "Second direct talks, Istanbul", "holders": {"RU"}},
        words(
            "Russia's failure to share its memorandum ahead of the talks",
            OFFICIAL,
            speaker="Volodymyr Zelensky",
        ),
        ("Russia's memorandum to Ukraine",),
    ),
    Fact(
        "S-41",
        NOT_BEFORE,
        {"kind": "claim", "values": {"handover": "not before the talks"}},
        words(
            "frustration over Russia's failure to share its memorandum",
            OFFICIAL,
            speaker="Volodymyr Zelensky",
            capacity="President of Ukraine",
        ),
        ("Russia did not pass on its memorandum before the talks, which frustrates Zelensky.",),
        ("Russia did not pass on its memorandum before the talks, which frustrates Zelensky.",),
    ),
    Fact(
        "S-42",
        demand("UA", "documents", text__startswith="Moscow is not open"),
        {"kind": "claim", "stated": "by 2 June 2025"},
        words(
            "criticized Moscow for its lack of transparency",
            OFFICIAL,
            speaker="Rustem Umerov",
            capacity="Defence minister of Ukraine",
        ),
        ("Moscow is not open about its papers, says Umerov.",),
        ("Moscow is not open about its papers, says Umerov.",),
    ),
    Fact(
        "S-43",
        AT_THE_TALKS,
        {"kind": "claim", "values": {"handover": "during the talks"}},
        words(
            IN_THE_TALKS,
            OFFICIAL,
            speaker="Vladimir Medinsky",
            capacity="Head of the Russian delegation",
        ),
        ("Russia tabled a thorough paper at the meeting.",),
        ("Russia tabled a thorough paper at the meeting.",),
    ),
    Fact(
        "S-44",
        AT_THE_TALKS,
        {
            "answers": "Russia did not pass on its memorandum before the talks, which frustrates "
            "Zelensky.",
            "answer": "countered",
        },
        words("", INFERENCE, field="answers"),
        ("yet both can be true: not before the talks, but during them", "countered"),
        ("Counters",),
    ),
    Fact(
        "S-45",
        PAPER,
        {},
        words("", INFERENCE, field="title", stance="leaves open"),
        ("whether the memorandum, the detailed document and the text with the two options",),
    ),
    Fact(
        "S-46",
        overall("UA", kind="principle"),
        {"kind": "principle", "stated": "by 2 June 2025"},
        words(
            "commitment to achieving some progress towards peace",
            OFFICIAL,
            speaker="Volodymyr Zelensky",
        ),
        ("Zelensky all the same wants to get some way towards peace.",),
        ("Zelensky all the same wants to get some way towards peace.",),
    ),
    Fact(
        "S-47",
        demand("UA", "leaders-meeting", text__startswith="Zelensky and Putin meet before"),
        {
            "ended": "30 June 2025",
            "ending": "lapsed",
            "values": {
                "meeting-date": "by 30 June 2025 / 20–30 June 2025",
                "participants": "Zelensky, Putin",
            },
        },
        words("meeting between Zelensky and Putin by the end of the month", speaker=None),
        ("Zelensky and Putin meet before June is out, so as to speed up peace.",),
        ("Zelensky and Putin meet before June is out", "by 30 June 2025"),
    ),
    Fact(
        "S-48",
        ERDOGAN,
        {
            "kind": "offer",
            "values": {
                "participants": "Trump and others / Zelensky, Putin, Trump",
                "meeting-date": "not specified",
                "meeting-host": "Türkiye",
                "meeting-city": "one of Istanbul, Ankara",
            },
        },
        words(
            SUMMIT,
            OFFICIAL,
            speaker="Recep Tayyip Erdogan",
            capacity="President of Türkiye",
        ),
        ("Erdogan suggests a summit that would also bring in Trump.",),
        ("Erdogan suggests a summit that would also bring in Trump.",),
    ),
    Fact(
        "S-49",
        value("participants", ERDOGAN, others=True),
        {"choices": {"trump"}},
        words("", INFERENCE, field="choices", stance="leaves open"),
        ("the other guests are not listed",),
        ("Trump and others",),
    ),
    Fact(
        "S-50",
        found(Silence, party__code="RU"),
        {"issue": "leaders-meeting", "looked_until": "2 June 2025"},
        words("", INFERENCE),
        ("the whole article; no Russian answer to",),
        ("No answer reported",),
        count=2,
    ),
    Fact(
        "S-51",
        FRESH_SANCTIONS,
        {
            "kind": "threat",
            "waits": [
                (
                    "only if",
                    "The latest talks bring no meaningful progress; what would count is not said.",
                )
            ],
        },
        words(
            "urgent need for strong new sanctions if the latest talks failed",
            OFFICIAL,
            speaker="Volodymyr Zelensky",
        ),
        ("Strong fresh sanctions are urgent if the latest talks bring no real progress.",),
        (
            "Strong fresh sanctions are urgent if the latest talks bring no real progress.",
            "The latest talks bring no meaningful progress; what would count is not said.",
        ),
    ),
    Fact(
        "S-52",
        FRESH_SANCTIONS,
        {
            "obligors": {"EU", "US"},
            "values": {
                "sanctions-course": "strong new ones added",
                "sanctions-by": "European Union, United States",
                "sanctions-on": "Russia",
                "sanctions-scope": "not specified",
            },
        },
        words("", INFERENCE, field="obligors", stance="leaves open"),
        ("who should impose the sanctions, and on what, is not said",),
        ("not specified",),
    ),
    Fact(
        "S-53",
        FRESH_SANCTIONS,
        {"round": None, "occasion": "A summit in Lithuania"},
        words("Speaking at a summit in Lithuania", field="occasion"),
        ("A summit in Lithuania",),
    ),
    Fact(
        "S-54",
        STRIKE,
        {
            "title": "Spiderweb: Ukrainian drones strike Russian bombers",
            "happened": "1 June 2025",
        },
        words("drone strike on Russia's nuclear-capable bombers"),
        ("Ukraine struck Russian nuclear-capable bombers", "1 June 2025"),
        ("Spiderweb",),
    ),
    Fact(
        "S-55",
        counted("airfields", 4),
        {"quantity": "4", "approximate": False},
        words("attack on four Russian airfields"),
        ("Airfields attacked", "4"),
    ),
    Fact(
        "S-56",
        found(TermValue, term__code="preparation", term__unit="month"),
        {"quantity": "18", "approximate": True},
        words("was a year and a half in the making", OFFICIAL, speaker="Volodymyr Zelensky"),
        ("Preparation", "18"),
    ),
    Fact(
        "S-57",
        STRIKE,
        {},
        words("smuggling drones into Russia", field="text"),
        ("drones brought into Russia covertly beforehand",),
    ),
    Fact(
        "S-58",
        found(TermValue, term__code="damage", term__unit="USD"),
        {"quantity": "7,000,000,000", "approximate": True},
        words("substantial damage estimated at $7 billion", speaker=None, reported_by=None),
        ("Damage", "7,000,000,000", "whose it is, the article does not say"),
    ),
    Fact(
        "S-59",
        STRIKE,
        {},
        words(
            "Russia should recognize the costs of prolonging the conflict",
            field="text",
            stance="judges",
        ),
        ("a message that prolonging the war costs Russia, and a lift for Ukrainian morale",),
    ),
    Fact(
        "S-60",
        found(Event, actor__code="RU"),
        {"kind": "military"},
        words("intense Russian bombardment and an anticipated summer offensive"),
        ("Russian",),
        count=2,
    ),
]
