"""The administration in a browser: the strict policy of content holds there, too."""

from accounts.models import User
from negotiations.models import Membership, Negotiation

PASSWORD = "a long enough pass phrase"


def test_no_page_of_it_complains(open_page):
    """Console errors fail the test, violations of the policy among them."""
    root = User.objects.create_superuser("root", password=PASSWORD)
    negotiation = Negotiation.objects.get()
    membership = Membership.objects.first()
    page = open_page("/accounts/login/?next=/admin/")
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    for path in [
        "accounts/user/",
        "accounts/user/add/",
        f"accounts/user/{root.pk}/change/",
        f"accounts/user/{root.pk}/password/",
        "accounts/apitoken/",
        "negotiations/negotiation/",
        f"negotiations/negotiation/{negotiation.pk}/change/",
        "negotiations/negotiation/add/",
        "negotiations/membership/",
        "negotiations/membership/add/",
        f"negotiations/membership/{membership.pk}/change/",
        f"negotiations/membership/{membership.pk}/delete/",
        "negotiations/record/?q=1",
        "negotiations/changeset/",
    ]:
        answer = page.goto(f"/admin/{path}")
        assert answer.status == 200, path
        assert "unsafe" not in answer.headers["content-security-policy"]
        page.wait_for_load_state("networkidle")
