from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from negotiations.models import Membership, Negotiation
from negotiations.operations import create, operation
from positions.loading import LoadError, load
from positions.sample import DEMO_PASSWORDS, FOLDER


@operation
def enrol(accounts, *, negotiation, user, reason=""):
    """Make each account a member in its role; ``accounts`` maps roles to accounts."""
    for role, account in accounts.items():
        create(Membership, user=user, negotiation=negotiation, user_id=account.pk, role=role)


class Command(BaseCommand):
    help = (
        "Load the sample negotiation, once, with an account for each role. The passwords of these "
        "accounts are known to everybody: on a server that others reach, name a manager instead."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--manager",
            metavar="USERNAME",
            help="the account that shall manage the negotiation; no sample accounts are made",
        )

    def handle(self, *args, manager, **options):
        if Negotiation.objects.filter(slug=FOLDER.name).exists():
            self.stdout.write(f"The sample negotiation {FOLDER.name} is there already.")
            return
        try:
            with transaction.atomic():
                accounts = self._accounts(manager)
                negotiation = load(FOLDER, user=accounts["manager"], reason="Sample data")
                enrol(accounts, negotiation=negotiation, user=accounts["manager"])
        except LoadError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Loaded the sample negotiation {negotiation.slug}.")

    def _accounts(self, manager):
        """Return the account for each role; one that exists keeps its password."""
        users = get_user_model().objects
        if manager:
            account = users.filter(username=manager).first()
            if account is None:
                raise CommandError(f"There is no user called {manager}.")
            return {"manager": account}
        accounts = {}
        for role, password in DEMO_PASSWORDS.items():
            account = users.filter(username=role).first()
            if account is None:
                account = users.create_user(role, password=password)
            else:
                self.stdout.write(f"The account {role} was there already and keeps its password.")
            accounts[role] = account
        return accounts
