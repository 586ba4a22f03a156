import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from negotiations.chain import Finding, Walk
from negotiations.changes import gated_models
from negotiations.verifying import HeadOf, hash_at, heads, one_view, walk


class Command(BaseCommand):
    help = (
        "Walk the chain of hashes over the history of negotiations (all, or those named) and say "
        "what was tampered with, a line for each finding; then the status is 1."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="*", help="the address of a negotiation")
        parser.add_argument(
            "--export",
            metavar="FILE",
            help="write the heads of the chains there, to keep elsewhere",
        )
        parser.add_argument(
            "--against", metavar="FILE", help="check that the chains still contain these heads"
        )

    def handle(self, *args, slug, export, against, **options):
        kept = _read(against) if against else []
        found = changesets = rows = 0
        with one_view():
            chosen = _chosen(heads(), slug)
            for head in chosen:
                walked = Walk()
                for finding in walk(head, walked):
                    found += 1
                    self.stdout.write(f"{head.name}: {in_a_line(finding)}")
                changesets, rows = changesets + walked.changesets, rows + walked.rows
            for lost in _lost(kept, chosen if slug else None):
                found += 1
                self.stdout.write(lost)
        if found:
            unwritten = f" {export} was not written." if export else ""
            raise CommandError(f"{found} {'finding' if found == 1 else 'findings'}.{unwritten}")
        if export:
            Path(export).write_text(_exported(chosen), encoding="utf-8")
        self.stdout.write(f"The history is whole: {changesets} changesets, {rows} rows.")


def in_a_line(finding: Finding) -> str:
    """Return where, what, by whom and when that was written which is not as it was sealed."""
    where = []
    if finding.revision is not None:
        where.append(f"revision {finding.revision}")
    if finding.row is not None:
        model = gated_models().get(finding.table)
        name = model._meta.verbose_name if model else "row"
        where.append(f"{name} {finding.row} ({finding.table})")
    if finding.history is not None:
        where.append(f"history {finding.history}")
    line = ", ".join(where) + ": " + finding.what if where else finding.what
    if finding.when:
        line += f" (sealed by {finding.who} on {finding.when:%Y-%m-%d %H:%M:%S} UTC)"
    return line


def _chosen(every: list[HeadOf], slugs: list[str]) -> list[HeadOf]:
    known = {head.slug for head in every}
    if unknown := [slug for slug in slugs if slug not in known]:
        raise CommandError(f"There is no negotiation {unknown[0]}.")
    return [head for head in every if not slugs or head.slug in slugs]


def _exported(chosen: list[HeadOf]) -> str:
    rows = [
        {
            "negotiation": head.slug,
            "number": head.pk,
            "revision": head.revision,
            "hash": head.hash.hex(),
            "time": head.sealed.isoformat() if head.sealed else None,
        }
        for head in chosen
        if head.revision
    ]
    return json.dumps({"heads": rows}, indent=2, ensure_ascii=False) + "\n"


def _read(file: str) -> list[dict[str, Any]]:
    try:
        kept = json.loads(Path(file).read_text(encoding="utf-8"))["heads"]
        return [
            {
                "number": int(head["number"]),
                "revision": int(head["revision"]),
                "hash": bytes.fromhex(head["hash"]),
                "name": str(head["negotiation"]),
            }
            for head in kept
        ]
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{file} holds no heads of this command's.") from error


def _lost(kept: list[dict[str, Any]], chosen: list[HeadOf] | None):
    """Yield a line for each head that the chains do not contain any more."""
    numbers = None if chosen is None else {head.pk for head in chosen}
    for head in kept:
        if numbers is not None and head["number"] not in numbers:
            continue
        now = hash_at(head["number"], head["revision"])
        if now != head["hash"]:
            then = f"{head['name']}: revision {head['revision']}: had the hash {head['hash'].hex()}"
            has = f"it has {now.hex()} now" if now is not None else "it is not there any more"
            yield f"{then} when the heads were exported; {has}"
