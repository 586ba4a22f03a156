"use strict";

// The round's page while it is written: lines that are sent while the next one is typed, and keys
// that lead from one place to the other. Without it the same forms and links work as pages.
(() => {
  const status = (text) => htmx.trigger(document.body, "parley:status", { text });
  const choices = () => document.getElementById("source-choices");

  // A quick form stays where it is. What it sends is taken along as it was typed; the form is empty
  // at once. Lines are sent one after the other; one that is refused comes back as a form above.
  let sending = Promise.resolve();
  let copies = 0;

  // A new source stays described in the lines that are sent before the server has recorded it, and
  // is chosen from then on; the one chosen before was not meant.
  const described = (form) => [...form.querySelectorAll("[name^=source_]")];
  const wordsOf = (form) => JSON.stringify(described(form).map((field) => field.value));

  function carry(form, sent) {
    const words = wordsOf(form);
    if (!described(form).some((field) => field.value.trim())) return;
    form.elements.source.value = "";
    sent.addEventListener("parley:saved", (event) => {
      if (wordsOf(form) === words) form.dataset.recorded = event.detail.source ?? "";
    });
  }

  function settle(form, choices) {
    const { recorded } = form.dataset;
    if (!recorded || !choices.querySelector(`[value="${recorded}"]`)) return;
    delete form.dataset.recorded;
    for (const field of described(form)) field.value = "";
    form.elements.source.value = recorded;
  }

  function begin(form) {
    for (const field of form.elements) {
      if (field.type === "hidden" || "stays" in field.dataset) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = "then" in field.dataset;
      else if (field.matches("input, textarea, select")) field.value = field.dataset.then ?? "";
    }
    form.querySelectorAll(".kept, .errors").forEach((said) => said.remove());
    form.querySelector("[name=text], [name=person]").focus();
  }

  function note(form, values) {
    const sent = document.createElement("p");
    sent.className = "sent";
    sent.textContent = values.get("text") ?? values.get("person");
    form.before(sent);
    return sent;
  }

  async function send(sent, address, values) {
    const typingIn = () => document.activeElement?.closest("form[data-quick]");
    const form = typingIn();
    try {
      await htmx.ajax("POST", address, { source: sent, target: sent, swap: "outerHTML", values });
    } catch {
      // htmx has said already that the server did not answer.
    }
    const next = form?.querySelector("[name=text], [name=person]");
    if (next?.value && !typingIn()) next.focus();
    if (!sent.isConnected) return;
    const again = document.createElement("button");
    again.className = "button";
    again.textContent = choices().dataset.again;
    again.addEventListener("click", () => {
      again.remove();
      sending = sending.then(() => send(sent, address, values));
    });
    sent.append(" ", again);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-quick]") || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    const main = form.querySelector("[name=text], [name=person]");
    if (!main.value.trim()) { main.focus(); return; }
    const values = new FormData(form);
    const address = new URL(form.action);
    address.searchParams.set("copy", String(Date.now() % 1e6 * 100 + copies++ % 100));
    form.dispatchEvent(new CustomEvent("parley:another", { bubbles: true }));
    const sent = note(form, values);
    carry(form, sent);
    begin(form);
    sending = sending.then(() => send(sent, address.pathname + address.search, values));
  });

  addEventListener("beforeunload", (event) => {
    if (document.querySelector(".sent")) event.preventDefault();
  });

  // Sources recorded a moment ago can be chosen in every line; the last one used is chosen already.
  let lastSource = choices().value;

  document.addEventListener("htmx:afterSettle", (event) => {
    const fresh = choices();
    if (event.target !== fresh) return;
    const moved = fresh.value !== lastSource;
    lastSource = fresh.value;
    for (const select of document.querySelectorAll("form[data-quick] [name=source]")) {
      const { form } = select;
      const describing = described(form).some((field) => field.value.trim());
      const chosen = moved && !describing ? fresh.value : select.value;
      const none = select.options[0];
      select.replaceChildren(none, ...[...fresh.children].slice(1).map((each) => each.cloneNode(true)));
      select.value = chosen;
      settle(form, fresh);
    }
  });

  // Rows of a spreadsheet are no line: they are shown on a page of their own before they are saved.
  document.addEventListener("paste", (event) => {
    const line = event.target.closest?.("form[data-quick].line");
    const rows = event.clipboardData?.getData("text/plain") ?? "";
    if (!line || event.target.name !== "text" || !/\t/.test(rows) || !/\n./.test(rows)) return;
    event.preventDefault();
    const form = document.createElement("form");
    form.method = "post";
    form.action = document.querySelector(`[data-paste="${line.id}"]`).href;
    const given = { rows, csrfmiddlewaretoken: line.elements.csrfmiddlewaretoken.value };
    for (const [name, value] of Object.entries(given)) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    form.hidden = true;
    document.body.append(form);
    form.submit();
  });

  // Other issue, other terms: they wait on the page, so that the next Tab finds them.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.line");
    if (!form || event.target.name !== "issue") return;
    const code = event.target.value;
    const terms = document.getElementById(`terms-of-${code}`)?.innerHTML ?? "";
    form.querySelector(".line__terms").innerHTML =
      terms.replaceAll(`id-terms-${code}-`, `id-${form.id}-`);
  });

  function toLine(id, issue) {
    const form = document.getElementById(id);
    const select = form.elements.issue;
    if (issue !== undefined && select.value !== issue) {
      select.value = issue;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    form.elements.text.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-line]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    toLine(link.dataset.line, link.dataset.issue);
  });

  // Keys. "?" lists them; alone they work only outside of fields, and only where somebody switched
  // that on.
  const single = document.getElementById("single-keys");
  const keys = document.getElementById("keys");
  const opens = { KeyO: "add-outcome", KeyE: "add-event", KeyP: "add-proposal", KeyS: "add-source" };
  single.checked = localStorage.getItem("single-keys") === "on";
  single.addEventListener("change", () => {
    localStorage.setItem("single-keys", single.checked ? "on" : "off");
  });

  function showKeys() {
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  }

  function act(event) {
    const lines = document.querySelectorAll(".side > form.line");
    const line = event.code.startsWith("Digit") ? lines[Number(event.code.slice(5)) - 1] : null;
    if (line) toLine(line.id);
    else if (event.code in opens) document.getElementById(opens[event.code]).click();
    else if (event.code === "Slash") showKeys();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    const inField = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (event.key === "?" && !inField && !event.altKey) {
      event.preventDefault();
      showKeys();
      return;
    }
    const alone = single.checked && !event.altKey && !inField;
    if (((event.altKey && event.shiftKey) || alone) && act(event)) event.preventDefault();
  });
})();
