"""What the policy of content keeps a page from, and that the tests of all pages would notice."""

from tests.browser.conftest import is_complaint

FORBIDDEN = ["script-src 'self'", "style-src 'self'", "base-uri 'none'", "object-src 'none'"]
#: Ways in which a text that got into a page might act.
PLANTED = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = 'inline'";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", "<img src='/nothing.png' onerror='window.ran=1'>");
  document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>styled</p>");
  const base = document.createElement("base");
  base.href = "https://evil.example/";
  document.head.append(base);
  const object = document.createElement("object");
  object.data = "/static/x.pdf";
  document.body.append(object);
  return document.baseURI;
}"""


def test_what_is_planted_does_nothing_and_is_complained_of(chromium, live_server, transactional_db):
    context = chromium.new_context(base_url=live_server.url)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: is_complaint(message) and complaints.append(message.text))
    page.goto("/")
    assert complaints == []
    base = page.evaluate(PLANTED)
    page.wait_for_load_state("networkidle")
    assert base.startswith(live_server.url)
    assert page.evaluate("window.ran") is None
    assert page.get_by_text("styled").evaluate("p => getComputedStyle(p).color") != "rgb(255, 0, 0)"
    for directive in FORBIDDEN:
        assert any(directive in text for text in complaints), (directive, complaints)
    context.close()
