"""What moved in every cell of the sample between the ends of rounds 1 and 2.

Each line was checked by hand against the facts. What they said is given by its first words.
"""

#: By issue and party: the label, what they said before, what they said after.
MOVEMENT: dict[tuple[str, str], list[tuple[str, str, str]]] = {
    ("overall", "UA"): [
        ("new", "", "Zelensky all the same wants to get some way"),
        ("unchanged", "", "Russia's demands were unreal and went beyond"),
    ],
    ("overall", "RU"): [
        ("unchanged", "", "Medinsky recalls the war of 21 years against"),
    ],
    ("overall", "TR"): [
        ("unchanged", "", "The talks went better than feared."),
    ],
    ("ceasefire", "UA"): [
        ("new", "", "A full and unconditional ceasefire on land,"),
        ("new", "", "A ceasefire of 30 days that is renewed on a"),
        ("new", "", "Zelensky scorns a pause of some days; a truc"),
        (
            "restated",
            "A full and unconditional ceasefire from Mond",
            "An unconditional ceasefire of 30 days.",
        ),
    ],
    ("ceasefire", "RU"): [
        (
            "softened",
            "A ceasefire only once Ukraine has left the r",
            "A ceasefire in return for what one of two op",
        ),
        ("new", "", "A ceasefire is conceivable only if Ukraine's"),
        ("new", "", "A ceasefire of 30 days, as the fifth of nine"),
        ("new", "", "A short pause in the fighting on certain str"),
        ("new", "", "Russia again refuses an unconditional ceasef"),
    ],
    ("ceasefire", "E4"): [
        ("unchanged", "", "A full and unconditional ceasefire from Mond"),
    ],
    ("territory", "UA"): [
        ("new", "", "What Russia has gained since February 2014 i"),
    ],
    ("territory", "RU"): [
        (
            "softened",
            "Ukraine's forces leave the regions that Russ",
            "All Ukrainian forces leave the regions of Do",
        ),
        (
            "hardened",
            "Crimea and four regions are recognised as Ru",
            "Crimea and four regions are recognised inter",
        ),
        ("unchanged", "", "If the four regions are not given up, Kharki"),
    ],
    ("force-limits", "UA"): [
        ("new", "", "There are no limits on Ukraine's forces."),
    ],
    ("force-limits", "RU"): [
        ("new", "", "Ukraine demobilises its armed forces."),
        ("new", "", "Ukraine's troops, arms and their types have"),
    ],
    ("force-movement", "RU"): [
        ("new", "", "Ukraine moves no forces, except to pull them"),
    ],
    ("military-aid", "RU"): [
        ("new", "", "All military help from abroad for Ukraine st"),
    ],
    ("monitoring", "UA"): [
        ("new", "", "The United States and third countries watch"),
    ],
    ("monitoring", "RU"): [
        ("new", "", "A centre of the two sides watches over the c"),
    ],
    ("sabotage", "RU"): [
        ("new", "", "Ukraine guarantees that sabotage against Rus"),
    ],
    ("neutrality", "UA"): [
        ("new", "", "Ukraine is not forced to be neutral and may"),
    ],
    ("neutrality", "RU"): [
        ("restated", "A neutral Ukraine.", "Ukraine is neutral and joins no alliance."),
    ],
    ("treaties", "RU"): [
        ("new", "", "Ukraine ends, and concludes no, treaties tha"),
    ],
    ("foreign-presence", "UA"): [
        ("new", "", "There are no limits on friendly troops on Uk"),
    ],
    ("foreign-presence", "RU"): [
        ("new", "", "No third country is present in Ukraine with"),
        (
            "restated",
            "No foreign troops in Ukraine.",
            "No foreign military activity, troops or base",
        ),
    ],
    ("mass-destruction-weapons", "RU"): [
        (
            "hardened",
            "No weapons of mass destruction in Ukraine.",
            "No weapons of mass destruction in Ukraine, n",
        ),
    ],
    ("security-guarantees", "UA"): [
        ("new", "", "A settlement keeps the aggression from comin"),
        ("new", "", "Ukraine gets robust guarantees, to which the"),
    ],
    ("martial-law", "RU"): [
        ("new", "", "Ukraine lifts martial law."),
    ],
    ("elections", "RU"): [
        ("new", "", "Elections are held in Ukraine within 100 day"),
    ],
    ("prisoners", "UA"): [
        ("new", "", "All prisoners are exchanged for all."),
    ],
    ("prisoners", "TR"): [
        ("unchanged", "", "At a deadlock Türkiye put forward an exchang"),
    ],
    ("detainees", "UA"): [
        ("new", "", "Russia frees the civilians it holds as hosta"),
    ],
    ("detainees", "RU"): [
        ("new", "", "Each side gives an amnesty to political pris"),
    ],
    ("bodies", "RU"): [
        ("new", "", "6,000 bodies are handed over."),
    ],
    ("children", "UA"): [
        ("new", "", "All deported children return, without condit"),
        ("new", "", "The abducted children on Ukraine's list come"),
        ("new", "", "That half of the list or more comes back wou"),
    ],
    ("children", "RU"): [
        ("new", "", "Russia will look at each name on the list."),
        ("new", "", "The children were rescued, not taken."),
    ],
    ("leaders-meeting", "UA"): [
        ("new", "", "Zelensky and Putin meet before June is out,"),
        (
            "restated",
            "Ukraine asks for a meeting of the presidents",
            "Zelensky and Putin meet to settle the main p",
        ),
    ],
    ("leaders-meeting", "RU"): [
        ("new", "", "A meeting of leaders has to wait for results"),
        ("unchanged", "", "Russia takes note of the request for a meeti"),
    ],
    ("leaders-meeting", "TR"): [
        ("new", "", "Erdogan suggests a summit that would also br"),
        ("new", "", "The talks in Istanbul end in a meeting of Tr"),
    ],
    ("sanctions", "UA"): [
        ("new", "", "Strong fresh sanctions are urgent if the lat"),
        ("new", "", "Some sanctions may go, step by step, and can"),
        ("unchanged", "", "Massive new measures against Russia's energy"),
    ],
    ("sanctions", "RU"): [
        ("new", "", "The two sides lift all economic sanctions on"),
    ],
    ("sanctions", "E4"): [
        ("unchanged", "", "Massive new measures against Russia's energy"),
    ],
    ("reparations", "RU"): [
        (
            "reworded",
            "Claims for damage are dropped, by Ukraine or",
            "Both sides waive their claims for damage.",
        ),
    ],
    ("frozen-assets", "UA"): [
        ("new", "", "Frozen Russian assets are used for rebuildin"),
        ("new", "", "Russian assets stay frozen until reparations"),
        ("new", "", "Frozen Russian assets serve to make good the"),
    ],
    ("relations", "RU"): [
        ("new", "", "Diplomatic and economic ties come back step"),
    ],
    ("language-rights", "RU"): [
        ("new", "", "Russian speakers have their rights, and Russ"),
    ],
    ("ideology", "RU"): [
        ("new", "", "The glorification of Nazism is banned and na"),
    ],
    ("church", "RU"): [
        ("new", "", "The limits on the Ukrainian Orthodox Church"),
    ],
    ("families", "RU"): [
        ("new", "", "A set of questions about families and the di"),
    ],
    ("settlement", "RU"): [
        ("new", "", "The sides sign an agreement to carry out sec"),
        ("new", "", "A resolution of the UN Security Council make"),
    ],
    ("process", "UA"): [
        ("new", "", "The delegations meet again between 20 and 30"),
    ],
    ("process", "RU"): [
        ("new", "", "Nine steps from work on a treaty to its rati"),
    ],
    ("documents", "UA"): [
        ("new", "", "Russia had promised its paper to the America"),
        ("new", "", "Russia did not pass on its memorandum before"),
        ("new", "", "Moscow is not open about its papers, says Um"),
        ("new", "", "That Russia keeps its paper secret suggests"),
        ("new", "", "Russia handed over its paper only at the tab"),
    ],
    ("documents", "RU"): [
        ("new", "", "There was no deal to give the paper to the A"),
        ("new", "", "Russia's paper has two parts, and Türkiye ha"),
        ("new", "", "The paper is no ultimatum."),
        ("new", "", "Russia tabled a thorough paper at the meetin"),
    ],
    ("documents", "US"): [
        ("new", "", "Ukraine's paper has 22 sensible points; Kyiv"),
    ],
}
