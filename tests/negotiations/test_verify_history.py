"""``manage.py verify_history``: whatever the database's owner tampers with is named."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command

from negotiations.memberships import start_negotiation
from negotiations.models import Changeset, History, Party, Track
from negotiations.operations import create, edit, operation, remove
from tests.database import sign_in_as
from tests.factories import UserFactory
from tests.pasts import scratch_database

TRACKS = Track._meta.db_table


def filled(text: str, names: dict) -> str:
    """Return a text with what ``{names}`` stand for."""
    return re.sub(r"\{(\w+)\}", lambda found: str(names[found[1]]), text)


def begun_talks():
    """Five revisions: begun; a track and a party; the track renamed twice; the party gone."""
    ada = {"user": UserFactory(username="ada"), "reason": "as reported"}
    bob = {"user": UserFactory(username="bob"), "reason": "read again"}
    negotiation = start_negotiation(**ada, slug="talks", title="Talks")

    @operation
    def both(*, user, reason):
        here = {"user": user, "reason": reason, "negotiation": negotiation}
        return create(Track, **here, name="A"), create(
            Party, **here, code="E", name="East", standing="principal"
        )

    track, party = both(**ada)
    edit(track, **bob, name="B")
    edit(track, **ada, name="C")
    remove(party, **bob)
    return negotiation


def verified(*arguments) -> tuple[list[str], bool]:
    """Return the lines of the command, and whether it found something."""
    out = io.StringIO()
    try:
        call_command("verify_history", *arguments, stdout=out)
    except CommandError as error:
        return [*out.getvalue().splitlines(), str(error)], True
    return out.getvalue().splitlines(), False


@pytest.fixture
def talks(transactional_db):
    return begun_talks()


@pytest.fixture
def verify(talks):
    return verified


@pytest.fixture
def tamper(talks, connect, owner_role):
    """Return a function that runs SQL as the owner; {track}, {party}: numbers, {r2}: changesets."""

    def tamper(statements: str, **more):
        track = Track.objects.earliest("pk")
        party = History.objects.get(table_name=Party._meta.db_table, operation="D").row_id
        names = {"track": track.pk, "party": party, "here": talks.pk, **more}
        names |= {f"r{c.revision}": c.pk for c in Changeset.objects.all()}
        owner = connect(owner_role, autocommit=True)
        for statement in filter(str.strip, statements.split(";")):
            owner.execute(filled(statement, names))
        return names

    return tamper


REHASH = (
    "UPDATE gate.history SET hash = gate.row_hash(id, changeset_id, negotiation_id, table_name,"
    " row_id, operation, data) WHERE changeset_id = "
)
FORGE = (
    "INSERT INTO gate.history (changeset_id, negotiation_id, table_name, row_id, operation, data,"
    " hash) VALUES "
)
#: What is done, and what must be read: for each finding, parts of its line.
FORGERIES = {
    "an image": (
        'UPDATE gate.history SET data = data || \'{"name": "X"}\' WHERE changeset_id = {r3}',
        [["revision 3, track {track} (negotiations_track), history {h3}: changed", "by bob on"]],
    ),
    "an image with its hash": (
        'UPDATE gate.history SET data = data || \'{"name": "X"}\' WHERE changeset_id = {r3};'
        + REHASH
        + "{r3}",
        [
            ["revision 3, track {track}", "history {h3}", "with its own hash", "by bob on"],
            ["revision 3, track {track}", "history {h3}", "with its own hash", "by bob on"],
        ],
    ),
    "one image of two, with its hash": (
        'UPDATE gate.history SET data = data || \'{"name": "X"}\' WHERE changeset_id = {r2}'
        " AND table_name = 'negotiations_track';" + REHASH + "{r2}",
        [
            ["revision 2, track {track}", "with its own hash", "by ada on"],
            ["revision 2: one of its rows was changed", "negotiations_party", "by ada on"],
        ],
    ),
    "the number in an image": (
        "UPDATE gate.history SET row_id = row_id + 1 WHERE changeset_id = {r3}",
        [["revision 3, track", "history {h3}: changed", "by bob on"]],
    ),
    "the last image, with its hash": (
        'UPDATE gate.history SET data = data || \'{"name": "X"}\' WHERE changeset_id = {r4};'
        + REHASH
        + "{r4}",
        [
            ["revision 4, track {track}", "history {h4}", "with its own hash", "by ada on"],
            ["revision 4, track {track}", "history {h4}", "not as it was last written"],
        ],
    ),
    "an image removed": (
        "DELETE FROM gate.history WHERE changeset_id = {r3}",
        [
            ["revision 3: 1 of its 1 rows removed", "by bob on"],
            [
                "revision 3, track {track} (negotiations_track): removed",
                "history {h4}",
                "by bob on",
            ],
        ],
    ),
    "the last image removed": (
        "DELETE FROM gate.history WHERE changeset_id = {r4}",
        [
            ["revision 4: 1 of its 1 rows removed", "by ada on"],
            ["revision 4, track {track} (negotiations_track): the last", "removed", "by ada on"],
        ],
    ),
    "the first image removed": (
        "DELETE FROM gate.history WHERE changeset_id = {r2} AND row_id = {track}",
        [
            ["revision 2: 1 of its 2 rows removed", "by ada on"],
            ["revision 2, track {track} (negotiations_track): removed", "history {h3}"],
        ],
    ),
    "an image added": (
        FORGE + "({r3}, {here}, 'negotiations_track', {track}, 'U', '{}', 'x')",
        [
            ["revision 3, track {track} (negotiations_track)", "changed", "by bob on"],
            ["revision 3, track {track} (negotiations_track)", "added to the history", "by bob on"],
        ],
    ),
    "an image added, with its hash": (
        FORGE + "({r3}, {here}, 'negotiations_track', {track}, 'U', '{}', 'x');" + REHASH + "{r3}",
        [
            ["revision 3, track {track} (negotiations_track)", "added to the history", "by bob on"],
            ["revision 3, track {track}", "not as it was last written"],
        ],
    ),
    "a row of history without a changeset": (
        FORGE + "(999999, {here}, 'negotiations_track', 77, 'D', '{}', 'x')",
        [["track 77 (negotiations_track)", "its changeset (number 999999) is not in the chain"]],
    ),
    "a user": (
        "UPDATE gate.changeset SET user_name = 'eve' WHERE id = {r2}",
        [["revision 2: the user of the changeset was changed", "by eve on"]],
    ),
    "a user's number": (
        "UPDATE gate.changeset SET user_id = user_id + 1 WHERE id = {r2}",
        [["revision 2: the user's number of the changeset was changed"]],
    ),
    "a reason": (
        "UPDATE gate.changeset SET reason = NULL WHERE id = {r2}",
        [["revision 2: the reason of the changeset was changed", "by ada on"]],
    ),
    "a time": (
        "UPDATE gate.changeset SET sealed = sealed - interval '1 day' WHERE id = {r4}",
        [["revision 4: the time of the changeset was changed"]],
    ),
    "a role and a count": (
        "UPDATE gate.changeset SET db_role = 'x', rows = 7 WHERE id = {r4}",
        [["revision 4: the database role and the number of rows of the changeset was changed"]],
    ),
    "a hash": (
        "UPDATE gate.changeset SET hash = sha256('') WHERE id = {r3}",
        [["revision 3: the hash of the changeset was changed"]],
    ),
    "the last hash": (
        "UPDATE gate.changeset SET hash = sha256('') WHERE id = {r5}",
        [["revision 5: the hash of the changeset was changed"]],
    ),
    "a changeset cut out": (
        "DELETE FROM gate.changeset WHERE id = {r3}",
        [["revision 3: missing from the chain"], ["track {track}", "history {h3}", "{r3}"]],
    ),
    "two changesets cut off": (
        "DELETE FROM gate.changeset WHERE id >= {r4}; DELETE FROM gate.history"
        " WHERE changeset_id = {r5}",
        [
            ["revision 4: missing from the chain, and so is all to revision 5"],
            ["track {track}", "history {h4}", "its changeset"],
            ["revision 2, party {party}", "taken out past the gate", "by ada on"],
        ],
    ),
    "the head's hash": (
        "UPDATE gate.head SET hash = sha256('') WHERE negotiation_id = {here}",
        [["revision 5: the hash of the head was changed"]],
    ),
    "the head set back": (
        "UPDATE gate.head SET revision = 4 WHERE negotiation_id = {here}",
        [["revision 4: the head was set back from revision 5"]],
    ),
    "the head removed": (
        "DELETE FROM gate.head WHERE negotiation_id = {here}",
        [["revision 5: the head is missing"]],
    ),
    "a row of today": (
        "ALTER TABLE negotiations_track DISABLE TRIGGER USER;"
        "UPDATE negotiations_track SET name = 'X';"
        "ALTER TABLE negotiations_track ENABLE TRIGGER USER",
        [["revision 4, track {track}", "history {h4}: not as it was last written", "by ada on"]],
    ),
    "a row of today taken out": (
        "ALTER TABLE negotiations_track DISABLE TRIGGER USER;"
        "DELETE FROM negotiations_track;"
        "ALTER TABLE negotiations_track ENABLE TRIGGER USER",
        [["revision 4, track {track}", "taken out past the gate", "by ada on"]],
    ),
    "a manager put in": (
        "ALTER TABLE negotiations_membership DISABLE TRIGGER USER;"
        "INSERT INTO negotiations_membership (negotiation_id, user_id, role)"
        " SELECT {here}, id, 'manager' FROM accounts_user WHERE username = 'bob';"
        "ALTER TABLE negotiations_membership ENABLE TRIGGER USER",
        [["membership", "(negotiations_membership): put in past the gate"]],
    ),
}


def test_an_untouched_history_is_whole(verify):
    assert verify() == (["The history is whole: 5 changesets, 7 rows."], False)
    assert verify("talks") == (["The history is whole: 5 changesets, 7 rows."], False)


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_tampered_with_is_named(tamper, verify, name):
    statements, expected = FORGERIES[name]
    written = {
        f"h{row.changeset.revision}": row.pk
        for row in History.objects.filter(table_name=TRACKS).select_related("changeset")
    }
    names = written | tamper(statements)
    lines, is_found = verify()
    assert is_found
    ending = lines.pop()
    assert ending == f"{len(lines)} {'finding' if len(lines) == 1 else 'findings'}."
    for line, parts in zip(lines, expected, strict=True):
        for part in parts:
            assert filled(part, names) in line, lines
    assert all(line.startswith("talks: ") for line in lines)


def test_findings_of_one_negotiation_are_its_own(tamper, verify):
    start_negotiation(user=UserFactory(), slug="others", title="Others")
    tamper("UPDATE gate.changeset SET reason = 'x' WHERE id = {r2}")
    assert verify("others") == (["The history is whole: 1 changesets, 2 rows."], False)
    assert len(verify("talks")[0]) == len(verify()[0]) == 2
    with pytest.raises(CommandError, match="There is no negotiation elsewhere"):
        call_command("verify_history", "elsewhere")


def test_exported_heads_stay_part_of_the_chain(talks, tamper, verify, tmp_path):
    file = tmp_path / "heads.json"
    assert not verify("--export", str(file))[1]
    (head,) = json.loads(file.read_text())["heads"]
    newest = Changeset.objects.get(revision=5)
    assert (head["negotiation"], head["number"], head["revision"]) == ("talks", talks.pk, 5)
    assert (head["hash"], head["time"]) == (newest.hash.hex(), newest.sealed.isoformat())
    create(Track, user=UserFactory(), negotiation=talks, name="One more")
    assert verify("--against", str(file)) == (
        ["The history is whole: 6 changesets, 8 rows."],
        False,
    )
    # Somebody who sealed everything anew would pass, but for what was kept elsewhere.
    file.write_text(file.read_text().replace(head["hash"], "00" * 32))
    ((line, _ending), is_found) = verify("--against", str(file))
    assert is_found
    assert line.startswith(f"talks: revision 5: had the hash {'00' * 32}")
    assert f"it has {newest.hash.hex()} now" in line
    tamper("UPDATE gate.changeset SET reason = 'x' WHERE id = {r2}")
    missing = tmp_path / "none.json"
    assert verify("--export", str(missing))[1]
    assert not missing.exists()


@pytest.mark.parametrize("content", ["", "[]", '{"heads": [{}]}', '{"heads": [{"number": "x"}]}'])
def test_what_is_no_export_is_refused(db, tmp_path, content):
    file = tmp_path / "heads.json"
    file.write_text(content)
    with pytest.raises(CommandError, match="holds no heads"):
        call_command("verify_history", against=str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_history", against=str(tmp_path / "absent"))


def test_history_of_before_gets_its_hashes_and_the_chain_stays(
    transactional_db, owner_role, web_role
):
    # In a copy: a table that was migrated away and back shows no history of before, and the numbers
    # of other tests' rows may be lower.
    with scratch_database(web_role, owner_role) as scratch:
        begun_talks()
        newest = Changeset.objects.get(revision=5).hash
        sign_in_as(owner_role, scratch.name)
        call_command("migrate", "negotiations", "0012_last_manager_and_invitations", verbosity=0)
        edit(Track.objects.get(), user=UserFactory(username="eve"), name="D")
        call_command("migrate", verbosity=0)
        sign_in_as(web_role, scratch.name)
        assert verified() == (["The history is whole: 6 changesets, 8 rows."], False)
        assert bytes(Changeset.objects.get(revision=5).hash) == bytes(newest)
        edit(Track.objects.get(), user=UserFactory(), name="E")
        assert verified() == (["The history is whole: 7 changesets, 9 rows."], False)
