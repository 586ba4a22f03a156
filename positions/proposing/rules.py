"""The rules, put together: from a passage to what is proposed for it."""

import re
from functools import cached_property

from positions.proposing import acts as act_rules
from positions.proposing import basis as basis_rules
from positions.proposing import days as day_rules
from positions.proposing.acts import Act
from positions.proposing.kinds import event_of, outcome_of
from positions.proposing.known import Known, Passage
from positions.proposing.names import (
    ADJECTIVE,
    NAME,
    PARTY,
    PERSON,
    POSSESSIVE,
    Mention,
    is_nominative_adjective,
    mentions,
)
from positions.proposing.numbers import amounts
from positions.proposing.proposals import Amount, Days, Deadline, Proposals, Read
from positions.proposing.speakers import Speaking, capacity_of, is_told, speaker_of
from positions.proposing.subjects import choices_of, issue_of, with_terms
from positions.proposing.words import Stretch, sentences

_BOTH = re.compile(
    r"(?<!\w)(?:each side|both (?:sides|governments|parties|delegations)|the (?:two )?(?:sides"
    r"|delegations)"
    r"|the two (?:sides|governments|parties|countries|delegations)|(?:обидві )?сторони"
    r"|(?:обе )?стороны)(?!\w)".replace(" ", r"\s"),
    re.IGNORECASE,
)
_WE = re.compile(r"(?<!\w)(?:we|our|us|I|my|ми|наш\w*|нас|мы|нам)(?!\w)", re.IGNORECASE)
_ACCORDING = re.compile(
    r"\b(?:according\sto|за\sсловами|за\sданими|по\sсловам|по\sданным)\s(?:the\s)?$", re.I
)
_OF_PREPOSITION = re.compile(
    r"\b(?:of|from|to|with|by|against|in|for|on|between|told|at|than|and\sthat)\s(?:the\s)?$",
    re.IGNORECASE,
)
_BY_AGENT = re.compile(r"\bby\s(?:the\s)?$", re.IGNORECASE)
_IN_PLACE = re.compile(r"(?<!\w)[вву]\s$", re.IGNORECASE)
_PAPER = re.compile(
    r"[’']?s?\s(?:\w+\s)?(?:plan|proposal|draft|paper|memorandum|blueprint)\b", re.I
)
_CLAUSE_END = re.compile(r"[;.!?]|[”»\"]\s")
_QUOTES = re.compile('[“«"”»]')


def propose(passage: Passage, known: Known) -> Proposals:
    """Return what the rules read in a passage. They change nothing and ask nobody."""
    return _Reading(passage, known).proposals()


class _Reading:
    """One passage being read, with the sentences it stands in and the one before."""

    def __init__(self, passage: Passage, known: Known):
        self.passage, self.known = passage, known
        self.own = Stretch(passage.text, passage.start, passage.end)
        self.inside = sentences(passage.text, passage.start, passage.end)

    @cached_property
    def _paragraphs(self) -> list[Stretch]:
        """The sentences of the paragraph of the passage and of the one before."""
        text, start, end = self.passage.text, self.passage.start, self.passage.end
        first = text.rfind("\n", 0, text.rfind("\n", 0, start) if "\n" in text[:start] else 0) + 1
        stop = text.find("\n", end)
        return sentences(
            text, max(first, start - 1000), min(len(text) if stop < 0 else stop, end + 400)
        )

    @cached_property
    def around(self) -> Stretch:
        """The passage filled up to whole sentences, so that a quote has who says it."""
        touched = [
            s for s in self._paragraphs if s.end > self.passage.start and s.start < self.passage.end
        ]
        start = min([self.passage.start, *(each.start for each in touched)])
        end = max([self.passage.end, *(each.end for each in touched)])
        return Stretch(self.passage.text, start, end)

    @cached_property
    def before(self) -> Stretch | None:
        """The sentence before."""
        earlier = [each for each in self._paragraphs if each.end <= self.around.start]
        return earlier[-1] if earlier else None

    @cached_property
    def after(self) -> Stretch | None:
        later = [each for each in self._paragraphs if each.start >= self.around.end]
        return later[0] if later else None

    @cached_property
    def named(self) -> list[Mention]:
        return mentions(self.around, self.known)

    @cached_property
    def named_before(self) -> list[Mention]:
        return mentions(self.before, self.known) if self.before else []

    @cached_property
    def speaking(self) -> Speaking | None:
        for sentence in sentences(self.around.text, self.around.start, self.around.end):
            named = [each for each in self.named if sentence.start <= each.start < sentence.end]
            if found := speaker_of(sentence, named, self._earlier(sentence)):
                return found
        return None

    def _earlier(self, sentence: Stretch) -> list[Mention]:
        inside = [each for each in self.named if each.end <= sentence.start]
        return inside or self.named_before

    @cached_property
    def act(self) -> Act | None:
        return next(act_rules.acts(self.own), None)

    def proposals(self) -> Proposals:
        speaking = self.speaking
        deadline = next(day_rules.deadlines(self.own, self.passage.published), None)
        found = tuple(self._amounts(deadline))
        issue = issue_of(self.own, self.known, found)
        key = issue.value if issue else ""
        holders = tuple(self._holders())
        capacity = capacity_of(self.around, speaking) if speaking else None
        return Proposals(
            kind=self._kind(),
            answer=self._answer(),
            outcome=outcome_of(self.own),
            event=event_of(self.own),
            holders=holders,
            confirmed=tuple(self._confirmed(holders)),
            speaker=self._read(speaking.key, speaking) if speaking and speaking.key else None,
            new_speaker=self._read(speaking.name, speaking) if speaking and speaking.name else None,
            capacity=self._words(*capacity) if capacity else None,
            issue=issue,
            amounts=tuple(with_terms(found, key, self.known)),
            choices=tuple(choices_of(self.own, self.known, key)) if key else (),
            deadline=deadline,
            date=self._date(deadline),
            basis=basis_rules.basis_of(
                self.around,
                speaking,
                self._party_of_speaker,
                [read.value for read in holders],
                self.known,
            ),
        )

    def _read(self, value: str, place) -> Read:
        return Read(value, self.own.why(place.start, place.end))

    def _words(self, start: int, end: int) -> Read:
        why = self.own.why(start, end)
        return Read(" ".join(why.words.split()), why)

    def _kind(self) -> Read | None:
        return self._read(self.act.kind, self.act) if self.act else None

    def _answer(self) -> Read | None:
        return self._read(self.act.answer, self.act) if self.act and self.act.answer else None

    def _amounts(self, deadline: Deadline | None) -> list[Amount]:
        units = [term.unit for term in self.known.terms]
        but = [(each.why.start, each.why.end) for each in ([deadline] if deadline else [])]
        # Who told it is counted, but is nothing that anybody wants.
        return list(amounts(self.own, units, [*but, *basis_rules.unnamed(self.own)]))

    def _date(self, deadline: Deadline | None) -> Days | None:
        published = self.passage.published
        taken = (deadline.why.start, deadline.why.end) if deadline else (0, 0)
        for days in day_rules.days(self.around, published):
            if not (days.why.start < taken[1] and taken[0] < days.why.end):
                return days
        if not self.before or not self.speaking:
            return None
        goes_on = self.speaking.via or any(
            each.kind == PERSON and each.key == self.speaking.key for each in self.named_before
        )
        return next(day_rules.days(self.before, published), None) if goes_on else None

    @property
    def _party_of_speaker(self) -> str:
        key = self.speaking.key if self.speaking else ""
        return next((person.party for person in self.known.people if person.key == key), "")

    def _holders(self) -> list[Read]:
        act = self.act
        if act and act.of_speaker:
            return self._of_speaker() or self._according()
        if act and act.kind == act_rules.CLAIM and (found := self._according()):
            return found
        if act:
            return self._subjects(act) or self._agent(act) or self._of_speaker_if_we(act)
        return self._of_paper() or (self._of_speaker() if self._is_quoted else [])

    def _confirmed(self, holders: tuple[Read, ...]) -> list[Read]:
        """Of several holders the one whose word it is: nobody speaks for the other side."""
        own = self._party_of_speaker
        told = self.speaking or is_told(self.around)
        return [each for each in holders if not told or each.value == own]

    def _of_speaker(self) -> list[Read]:
        party = self._party_of_speaker
        return [self._read(party, self.speaking)] if party else []

    def _of_speaker_if_we(self, act: Act) -> list[Read]:
        """The speaker's own party where the passage is what the speaker says, of "us"."""
        if self._is_quoted or next(iter(self.own.find(_WE)), None):
            return self._of_speaker()
        return self._of_paper()

    @property
    def _is_quoted(self) -> bool:
        return next(iter(self.around.find(_QUOTES)), None) is not None

    def _according(self) -> list[Read]:
        return [
            self._read(each.key, each)
            for each in self.named
            if each.kind == PARTY and _ACCORDING.search(self._words_before(each, 30))
        ][:1]

    def _of_paper(self) -> list[Read]:
        """Whose plan it is: "under the Halland plan", "Karsia's proposal"."""
        return [
            self._read(each.key, each)
            for each in self.named
            if each.kind == PARTY and _PAPER.match(self.own.text, each.end)
        ][:1]

    def _clause_of(self, act: Act) -> int:
        """Where the clause of an act begins."""
        cuts = [m.end() for m in _CLAUSE_END.finditer(self.own.text, self.around.start, act.start)]
        return max(cuts, default=self.around.start)

    def _subjects(self, act: Act) -> list[Read]:
        """Who does it: the last one named before the words of the act, or both sides."""
        start = self._clause_of(act)
        joint = list(_BOTH.finditer(self.own.text, start, act.start))
        earlier = [
            each
            for each in self.named
            if start <= each.start and each.end <= act.start and self._may_do(each, act)
        ]
        last = earlier[-1] if earlier else None
        if joint and (last is None or joint[-1].start() >= last.end):
            both = self.known.principals
            return (
                [Read(party.key, self.own.why(*joint[-1].span())) for party in both]
                if len(both) == 2
                else []
            )
        if last is None:
            return []
        group = [last]
        for each in reversed(earlier[:-1]):
            between = self.own.text[each.end : group[0].start]
            if not re.fullmatch(r",\s|\s(?:and|та|і|й|и)\s(?:the\s)?", between):
                break
            group.insert(0, each)
        read = {self._party(each): each for each in group if self._party(each)}
        return [self._read(key, each) for key, each in read.items()]

    def _may_do(self, each: Mention, act: Act) -> bool:
        text, before = self.own.text, self._words_before(each, 20)
        if each.kind == PERSON:
            return each.form in (NAME, POSSESSIVE) or bool(_ACCORDING.search(before))
        if each.form == NAME:
            return not _OF_PREPOSITION.search(before)
        if each.form == ADJECTIVE and "\u0400" <= text[each.start].casefold() <= "\u04ff":
            return is_nominative_adjective(text[each.start : each.end])
        if each.form in (ADJECTIVE, POSSESSIVE):
            return True
        return bool(_IN_PLACE.search(before)) and not text[each.end : act.start].strip()

    def _words_before(self, each: Mention, most: int) -> str:
        return self.own.text[max(self.around.start, each.start - most) : each.start]

    def _party(self, each: Mention) -> str:
        if each.kind == PARTY:
            return each.key
        return next(person.party for person in self.known.people if person.key == each.key)

    def _agent(self, act: Act) -> list[Read]:
        """Who does it in the passive: "was rejected by Karsia"."""
        text = self.own.text
        return [
            self._read(each.key, each)
            for each in self.named
            if each.kind == PARTY
            and act.end <= each.start <= act.end + 30
            and _BY_AGENT.search(text, act.end, each.start)
        ][:1]
