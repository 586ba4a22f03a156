"""Both sides' papers, clause by clause (C-R and C-U): what holds each, and where it is read."""

from datetime import date

from positions.models import Clause, Proposal
from tests.positions.sample_facts import ELECTIONS, OFFER, OPTIONS, WITHDRAWAL
from tests.positions.sample_queries import (
    INFERENCE,
    OUTLET,
    PAPER,
    Fact,
    by,
    demand,
    found,
    link,
    value,
)

MAY_30 = date(2025, 5, 30)
RT, TASS, BABEL, PROTOTHEMA = "natyliesbaldwin.com", "TASS", "Babel", "Protothema"
PRAVDA, ANEWZ, HROMADSKE = "Pravda network", "AnewZ", "Hromadske"
FIVE_REGIONS = "Crimea, Donetsk, Luhansk, Kherson, Zaporizhzhia"
IN_SECTION_3 = {"clause__parent__label": "Section III: nine steps"}
FIFTH_STEP = demand("RU", "ceasefire", clause__label="A ceasefire of 30 days")
FULL_CEASEFIRE = demand("UA", "ceasefire", clause__label="A full ceasefire")
TERRITORY = demand("UA", "territory")
NEUTRAL = "Ukraine is neutral and joins no alliance."


def of_russia(issue, **filters):
    return demand("RU", issue, clause__proposal__kind="memorandum", **filters)


def of_ukraine(issue, **filters):
    return demand("UA", issue, clause__proposal__kind="memorandum", **filters)


def term(id, issue, text, values, evidence, reads=(), **says):
    """A term of a settlement, from section I of Russia's paper."""
    return Fact(
        id,
        of_russia(issue, clause__parent__label="Section I: terms of a final settlement"),
        {"values": values, "stated": "2 June 2025", **says},
        evidence,
        (text, *reads),
        (text,),
    )


def item(id, issue, text, values, reads=(), evidence=None, **says):
    """An item of option 2, a package, that belongs to an issue of its own."""
    return Fact(
        id,
        of_russia(issue, clause__parent__label="Option 2: package deal"),
        {"values": values, **says},
        evidence or by(TASS, PAPER),
        (text, *reads),
        (text,),
    )


def said(id, issue, text, values, evidence=None, kind="demand", reads=(), clause=None, **says):
    """What Ukraine's paper says; ``clause`` is needed where it says two things on an issue."""
    filters = {"clause__label": clause} if clause else {}
    return Fact(
        id,
        of_ukraine(issue, **filters),
        {"values": values, "stated": "28 May 2025", "kind": kind, **says},
        evidence or by(PRAVDA, PAPER),
        (text, *reads),
        (text,),
        day=MAY_30,
    )


RUSSIA = [
    term(
        "C-R01",
        "territory",
        "Crimea and four regions are recognised internationally as Russian",
        {
            "recognised": FIVE_REGIONS,
            "regions": "Donetsk, Luhansk, Kherson, Zaporizhzhia, Crimea",
            "withdrawal": "full",
        },
        by(TASS, PAPER),
        ("and now withdrawal with it",),
        supersedes="Crimea and four regions are recognised as Russian.",
        movement="hardened",
    ),
    term(
        "C-R02",
        "neutrality",
        NEUTRAL,
        {"status": "neutral", "alliances": "not NATO"},
        by(RT, PAPER),
        supersedes="A neutral Ukraine.",
        movement="restated",
    ),
    term(
        "C-R02",
        "foreign-presence",
        "No foreign military activity, troops or bases in Ukraine.",
        {"foreign-troops": "none"},
        by(RT, PAPER),
        supersedes="No foreign troops in Ukraine.",
        movement="restated",
    ),
    term(
        "C-R03",
        "treaties",
        "Ukraine ends, and concludes no, treaties that clash with its neutrality.",
        {},
        by(RT, PAPER),
        waits=[("together with", NEUTRAL)],
    ),
    term(
        "C-R04",
        "mass-destruction-weapons",
        "No weapons of mass destruction in Ukraine, nor their receipt or transit.",
        {"such-weapons": "barred, receipt and transit too"},
        by(RT, PAPER),
        supersedes="No weapons of mass destruction in Ukraine.",
        movement="hardened",
    ),
    term(
        "C-R05",
        "force-limits",
        "Ukraine's troops, arms and their types have ceilings; nationalist units are dissolved.",
        {"force-ceilings": "set", "troop-ceiling": "left open"},
        by(RT, PAPER),
    ),
    term(
        "C-R06",
        "language-rights",
        "Russian speakers have their rights, and Russian is an official language.",
        {"russian-language": "an official language"},
        by(RT, PAPER),
    ),
    term(
        "C-R07",
        "ideology",
        "The glorification of Nazism is banned and nationalist parties are dissolved.",
        {},
        by(RT, PAPER),
    ),
    term(
        "C-R08",
        "sanctions",
        "The two sides lift all economic sanctions on each other and impose no new ones.",
        {
            "sanctions-course": "lifted",
            "sanctions-by": "the two sides",
            "sanctions-on": "Russia, Ukraine",
        },
        by(BABEL, PAPER),
        obligors={"UA", "RU"},
    ),
    term(
        "C-R09",
        "reparations",
        "Both sides waive their claims for damage.",
        {"waiver": "by both sides"},
        by(BABEL, PAPER, field="text", reads="a refusal to compensate"),
        (PROTOTHEMA, "softened if in May Ukraine alone was to waive"),
        supersedes="Claims for damage are dropped, by Ukraine or by both sides.",
        movement="reworded",
    ),
    term(
        "C-R10",
        "church",
        "The limits on the Ukrainian Orthodox Church are lifted.",
        {"church-limits": "lifted"},
        by(BABEL, PAPER),
    ),
    term(
        "C-R11",
        "families",
        "A set of questions about families and the displaced is to be solved.",
        {},
        by(BABEL, PAPER),
    ),
    term(
        "C-R12",
        "relations",
        "Diplomatic and economic ties come back step by step.",
        {"ties": "step by step"},
        by(PROTOTHEMA, OUTLET, field="text", reads="gas transit is part of it"),
        kind="offer",
    ),
    Fact(
        "C-R13",
        WITHDRAWAL,
        {
            "clause": "Option 1",
            "supersedes": "Ukraine's forces leave the regions that Russia claims, four of them or "
            "all five.",
            "movement": "softened",
        },
        by(TASS, PAPER, field="text", rank="preferred"),
        ("the start of a full withdrawal, to a distance from the border that is to be agreed",),
        ("full or begun",),
    ),
    Fact(
        "C-R13",
        value("withdrawal", WITHDRAWAL, choices__code="begun"),
        {"rank": "preferred"},
        by(TASS, PAPER),
        ("begun",),
    ),
    Fact(
        "C-R14",
        found(Clause, label="Option 2: package deal"),
        {"operator": "all", "parent": "Two options for a ceasefire"},
        by(TASS, PAPER, field="text", reads="a package of ten points, and so named in the paper"),
        ("a package of ten points, and so named in the paper",),
        ("Option 2: package deal",),
    ),
    Fact(
        "C-R14",
        found(Clause, parent__label="Option 2: package deal"),
        {"state": "published"},
        {"quote": ""},
        count=10,
    ),
    Fact(
        "C-R14",
        OPTIONS,
        {"operator": "unclear"},
        by(TASS, OUTLET, field="operator", reads="any"),
        ("where it presents the package as the alternative to the first option",),
        ("either suffices",),
    ),
    Fact(
        "C-R14",
        OFFER,
        {
            "supersedes": "A ceasefire only once Ukraine has left the regions that Russia claims.",
            "movement": "softened",
        },
        by(TASS, INFERENCE, field="movement"),
        ("in May withdrawal was the only way to a ceasefire",),
        ("softened",),
    ),
    item(
        "C-R15",
        "force-movement",
        "Ukraine moves no forces, except to pull them back.",
        {"redeployment": "none but to pull back"},
    ),
    item(
        "C-R16",
        "force-limits",
        "Ukraine demobilises its armed forces.",
        {"demobilisation": "begun"},
        ("mobilisation ends and demobilisation starts",),
        by(TASS, PAPER, field="text"),
    ),
    item(
        "C-R17",
        "military-aid",
        "All military help from abroad for Ukraine stops.",
        {"aid-to-stop": "all of it", "aid-kinds": "arms, satellite links, intelligence"},
        ("no foreign arms, satellite links or intelligence",),
    ),
    item(
        "C-R18",
        "foreign-presence",
        "No third country is present in Ukraine with its military",
        {"foreign-troops": "none"},
        ("no foreign specialists take part in combat",),
    ),
    item("C-R19", "sabotage", "Ukraine guarantees that sabotage against Russia ends.", {}),
    item(
        "C-R20",
        "monitoring",
        "A centre of the two sides watches over the ceasefire.",
        {"monitors": "the two sides"},
    ),
    item(
        "C-R21",
        "detainees",
        "Each side gives an amnesty to political prisoners and frees the civilians it holds.",
        {"to-be-freed": "civilians, political prisoners"},
        (PROTOTHEMA,),
        obligors={"UA", "RU"},
    ),
    item(
        "C-R22",
        "martial-law",
        "Ukraine lifts martial law.",
        {"martial-law": "lifted"},
        evidence=by(PROTOTHEMA, PAPER),
    ),
    item(
        "C-R23",
        "elections",
        "Elections are held in Ukraine within 100 days of the end of martial law.",
        {"elections-deadline": "at most 100", "elected-bodies": "president, parliament"},
        ("at most 100 days after martial law ends",),
        by(PRAVDA, PAPER, field="text", rank="preferred"),
        waits=[("within", "Ukraine lifts martial law.")],
    ),
    Fact(
        "C-R23",
        value("elected-bodies", ELECTIONS),
        {"choices": {"president", "parliament"}},
        by(PRAVDA, PAPER),
        ("which elections is not said",),
    ),
    item(
        "C-R24",
        "settlement",
        "The sides sign an agreement to carry out section I.",
        {},
        (PRAVDA,),
        waits=[("together with", "Section I: terms of a final settlement")],
    ),
    Fact(
        "C-R25",
        found(Clause, label="Section III: nine steps"),
        {"operator": "in sequence", "parent": "Russia's memorandum"},
        by(TASS, PAPER),
        ("Section III: nine steps",),
        ("Section III: nine steps", "in this order", "The treaty is ratified"),
    ),
    Fact(
        "C-R25",
        found(Clause, **{"parent__label": "Section III: nine steps"}),
        {"operator": ""},
        by(TASS, PAPER),
        count=9,
    ),
    Fact(
        "C-R25",
        demand("RU", "process", clause__label="Section III: nine steps"),
        {"kind": "offer"},
        by(PRAVDA, PAPER),
        ("Nine steps from work on a treaty to its ratification",),
        ("Nine steps from work on a treaty to its ratification",),
    ),
    Fact(
        "C-R25",
        of_russia("bodies", **IN_SECTION_3),
        {"values": {"bodies-count": "6,000", "bodies-direction": "not specified"}},
        by(TASS, PAPER),
        ("6,000 bodies are handed over.",),
        ("6,000 bodies are handed over.",),
    ),
    Fact(
        "C-R25",
        of_russia("settlement", **IN_SECTION_3),
        {"values": {"binding-by": "a binding resolution of the UN Security Council, ratification"}},
        by(TASS, PAPER),
        ("A resolution of the UN Security Council makes the treaty binding",),
        ("A resolution of the UN Security Council makes the treaty binding",),
    ),
    Fact(
        "C-R26",
        FIFTH_STEP,
        {
            "values": {
                "duration": "30",
                "conditions": "terms to be met first",
                "area": "whole front",
            }
        },
        by(PRAVDA, PAPER),
        ("A ceasefire of 30 days, as the fifth of nine steps.",),
        ("A ceasefire of 30 days, as the fifth of nine steps.",),
    ),
    Fact(
        "C-R26",
        link("after", FIFTH_STEP),
        {
            "anchor": "All Ukrainian forces leave the regions of Donetsk, Luhansk, Kherson and "
            "Zaporizhzhia."
        },
        by(PRAVDA, OUTLET),
        ("in one summary only",),
        ("after",),
    ),
    Fact(
        "C-R27",
        value("area", FIFTH_STEP),
        {"choices": {"whole-front"}, "rank": "deprecated"},
        by(PRAVDA, OUTLET, stance="leaves open"),
        ("along the current front, with a question mark of the reporter's own",),
    ),
]

UKRAINE = [
    said(
        "C-U01",
        "ceasefire",
        "A full and unconditional ceasefire on land, at sea and in the air",
        {"area": "whole front, air and sea", "conditions": "none"},
        by(ANEWZ, PAPER),
        clause="A full ceasefire",
        reads=("as the ground on which talks stand",),
    ),
    said(
        "C-U02",
        "children",
        "All deported children return, without conditions.",
        {"children-return": "all"},
        obligors={"RU"},
    ),
    said(
        "C-U03",
        "prisoners",
        "All prisoners are exchanged for all.",
        {"exchange-formula": "all for all"},
    ),
    said(
        "C-U03",
        "detainees",
        "Russia frees the civilians it holds as hostages.",
        {"to-be-freed": "civilians"},
    ),
    said(
        "C-U04",
        "security-guarantees",
        "A settlement keeps the aggression from coming back.",
        {},
        kind="principle",
        clause="No repetition",
    ),
    said(
        "C-U05",
        "security-guarantees",
        "Ukraine gets robust guarantees, to which the international community is invited.",
        {"guarantors": "the international community and others"},
        by(PRAVDA, INFERENCE, field="obligors", stance="leaves open"),
        clause="Security guarantees",
        reads=("who guarantees is not named",),
        obligors=set(),
    ),
    said(
        "C-U06",
        "neutrality",
        "Ukraine is not forced to be neutral and may go the Euro-Atlantic way and into the EU.",
        {"status": "free to choose", "alliances": "NATO, European Union"},
        kind="principle",
        waits=[("only if", "For NATO: its members agree among themselves.")],
    ),
    said(
        "C-U07",
        "force-limits",
        "There are no limits on Ukraine's forces.",
        {"force-ceilings": "none"},
        kind="principle",
    ),
    said(
        "C-U07",
        "foreign-presence",
        "There are no limits on friendly troops on Ukraine's soil.",
        {"foreign-troops": "no limits"},
        kind="principle",
    ),
    said(
        "C-U08",
        "territory",
        "What Russia has gained since February 2014 is not recognised; talks on territory start",
        {"recognised": f"none of {FIVE_REGIONS}"},
        kind="principle",
    ),
    Fact(
        "C-U08",
        link("after", TERRITORY),
        {
            "anchor": "A full and unconditional ceasefire on land, at sea and in the air, as the "
            "ground on which talks stand."
        },
        by(PRAVDA, PAPER),
        ("A full and unconditional ceasefire on land, at sea and in the air",),
        ("after",),
        day=MAY_30,
    ),
    said(
        "C-U09",
        "sanctions",
        "Some sanctions may go, step by step, and can snap back.",
        {"sanctions-course": "eased", "sanctions-on": "Russia", "snapback": "with snapback"},
        kind="offer",
    ),
    Fact(
        "C-U10",
        found(Clause, label="Frozen Russian assets"),
        {"operator": "any"},
        by(HROMADSKE, PAPER, field="operator", reads="any"),
        ("Frozen Russian assets", "the paper says “or”"),
        ("either suffices", "Used for rebuilding", "Kept frozen"),
        day=MAY_30,
    ),
    said(
        "C-U10",
        "frozen-assets",
        "Frozen Russian assets are used for rebuilding.",
        {"assets-use": "used for rebuilding"},
        by(ANEWZ, PAPER),
        clause="Used for rebuilding",
    ),
    said(
        "C-U10",
        "frozen-assets",
        "Russian assets stay frozen until reparations are paid.",
        {"assets-use": "kept frozen until reparations are paid"},
        by(ANEWZ, PAPER),
        clause="Kept frozen",
        waits=[("unless", "Reparations are paid.")],
    ),
    said(
        "C-U11",
        "ceasefire",
        "A ceasefire of 30 days that is renewed on a rolling basis.",
        {"duration": "30", "renewal": "renewable"},
        by(ANEWZ, PAPER),
        clause="A ceasefire of 30 days",
    ),
    said(
        "C-U12",
        "monitoring",
        "The United States and third countries watch over the ceasefire.",
        {"monitors": "United States, third countries"},
        by(HROMADSKE, PAPER),
    ),
    said(
        "C-U13",
        "leaders-meeting",
        "Zelensky and Putin meet to settle the main points, territory and compensation among them.",
        {
            "participants": "Zelensky, Putin",
            "meeting-agenda": "territory, compensation and others",
            "meeting-date": "not specified",
        },
        by(HROMADSKE, PAPER),
        supersedes="Ukraine asks for a meeting of the presidents.",
        movement="restated",
    ),
    Fact(
        "C-U14",
        found(Proposal, holders__code="UA", kind="memorandum"),
        {"languages": ["uk", "en"], "tabled": "28 May 2025", "points": "22"},
        by("enikos.gr", OUTLET, field="languages", capacity="an editor of RT"),
        ("not in Russian, of which an editor of RT complains", HROMADSKE, "22 points"),
    ),
    Fact(
        "C-U14",
        found(Clause, label="Ukraine's framework"),
        {"parent": None},
        by(HROMADSKE, OUTLET, field="text", reads="five parts"),
        ("five parts",),
    ),
]

FACTS = [*RUSSIA, *UKRAINE]
