"""A visitor of a running site: cookies, forms, and answers of any status."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPMessage

from tests.faults.launching import SECONDS


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    text: str

    def fields(self) -> dict[str, str]:
        """The hidden fields of the page's forms; a later one of the same name counts."""
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.text)
        return {name: html.unescape(value) for name, value in found}


class Visitor:
    """Somebody with a browser of their own at ``site``, an address that ends with a slash."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str = "") -> Answer:
        return self._open(urllib.request.Request(self.site + path))

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form as a browser does: it says which page it comes from."""
        sent = urllib.parse.urlencode(fields).encode()
        return self.send(path, sent, "application/x-www-form-urlencoded")

    def send(self, path: str, body: bytes, kind: str) -> Answer:
        """Send the body of a form of any kind."""
        headers = {"Origin": self.site.removesuffix("/"), "Content-Type": kind}
        return self._open(urllib.request.Request(self.site + path, body, headers))

    def sign_in(self, username: str, password: str) -> Answer:
        """Sign in by the form and return the page that comes then."""
        fields = self.get("accounts/login/").fields()
        return self.post("accounts/login/", {**fields, "login": username, "password": password})

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            answer = self._opener.open(request, timeout=SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
