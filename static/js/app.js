"use strict";

// Forms in slots: where the focus goes, what the keys do, what is announced, and that nothing typed
// is lost. Everything here is a convenience; the same links and forms work without it.
(() => {
  const status = document.getElementById("status");
  const said = status.dataset;
  let clearing = 0;

  document.documentElement.classList.add("js");

  // What is announced may name records, which are links then, and offer to press a button of the
  // page; both stay long enough to be reached.
  function announce(text, { links = [], undo } = {}) {
    // What the page said of an earlier save is said no longer.
    for (const earlier of document.querySelectorAll(".notices > .success")) earlier.remove();
    status.textContent = text;
    for (const { words, url } of links) {
      const around = [...status.childNodes].find((node) => node.nodeType === 3 && node.data.includes(words));
      const named = around.splitText(around.data.indexOf(words));
      named.splitText(words.length);
      const link = document.createElement("a");
      link.href = url;
      named.replaceWith(link);
      link.append(named);
    }
    if (undo) {
      const button = document.createElement("button");
      button.className = "button";
      button.textContent = undo.words;
      button.addEventListener("click", () => document.getElementById(undo.press)?.click());
      status.append(" ", button);
    }
    clearTimeout(clearing);
    const clear = () => {
      if (status.matches(":focus-within")) clearing = setTimeout(clear, 8000);
      else status.textContent = "";
    };
    clearing = setTimeout(clear, links.length || undo ? 20000 : 8000);
  }

  // A form tells along with what is sent what it calls its fields, and the words of what is chosen, for
  // pages that have to show them again. What has a long label, such as a paragraph to tick, is left out.
  const inALine = (node) => node.textContent.replace(/\s+/g, " ").trim();

  document.addEventListener("formdata", ({ target: form, formData }) => {
    if (form.method !== "post" || !formData.has("shown-fields")) return;
    const told = JSON.parse(formData.get("shown-fields"));
    for (const field of form.elements) {
      const label = field.name && field.labels?.[0];
      if (!label || label.textContent.length > 300) continue;
      const ticked = field.matches("[type=radio], [type=checkbox]");
      const legend = ticked && field.closest(".field--group")?.querySelector("legend");
      const words = { ...told[field.name]?.[1] };
      if (legend && field.checked) words[field.value] = inALine(label);
      for (const option of field.selectedOptions ?? []) if (option.value) words[option.value] = inALine(option);
      told[field.name] = [inALine(legend || label), words];
    }
    formData.set("shown-fields", JSON.stringify(told));
  });

  const asLoaded = new WeakMap();
  const typed = (form) => new URLSearchParams(new FormData(form)).toString();
  const slotOf = (form) => form.closest(".slot");
  const openerOf = (slot) => document.getElementById(slot?.dataset.opener ?? "")
    ?? slot?.parentElement.querySelector("a.add");

  // What was typed stays: the same link shows the closed form again.
  function close(form) {
    form.hidden = true;
    openerOf(slotOf(form))?.focus();
  }

  function enter(form) {
    form.hidden = false;
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")]
      .filter((field) => field.checkVisibility());
    const first = form.querySelector(".errors, .conflict")
      ?? fields.find((field) => field.matches("[autofocus]"))
      ?? fields.find((field) => field.name === "text")
      ?? fields[0];
    first?.focus();
  }

  // Keys: Enter saves from the first line and from one-line fields, Ctrl+Enter from anywhere, Escape
  // closes.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.entry");
    if (!form || event.isComposing) return;
    const plain = !event.shiftKey && !event.altKey;
    const oneLine = event.target.matches("select, [name=text][rows='1'], [name=text][rows='2']");
    const saves = event.ctrlKey || event.metaKey || oneLine;
    if (event.key === "Enter" && plain && saves) {
      event.preventDefault();
      form.querySelector(".button--main").click();
    } else if (event.key === "Escape" && slotOf(form)) {
      event.preventDefault();
      close(form);
    }
  });

  // Ctrl+Enter sends any other form from its long texts. One that asks for a decision has the focus led
  // to its buttons instead: nothing is decided by a key.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (!field.matches("textarea") || !field.form || field.form.matches("form.entry")) return;
    const button = field.form.querySelector(".button--main") ?? [...field.form.elements].find((each) =>
      each.type === "submit" && field.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!button) return;
    event.preventDefault();
    if (field.form.matches("[data-decides]")) button.focus();
    else button.click();
  });

  // What is shown once is copied by a button. Browsers hand over their clipboard on a safe page only;
  // elsewhere the words are marked, to be copied by hand.
  for (const copy of document.querySelectorAll("button[data-copies]")) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const field = document.getElementById(copy.dataset.copies);
      field.select();
      await navigator.clipboard?.writeText(field.value);
      if (navigator.clipboard) copy.textContent = copy.dataset.copied;
    });
  }

  // Alt and an arrow press the button of the row that says it does the same. The row is swapped for
  // its new self, perhaps more than once: the button has the focus again each time, until another
  // key or the pointer goes elsewhere.
  let pressed = "";

  document.addEventListener("htmx:afterSettle", () => {
    if (pressed) document.getElementById(pressed)?.focus();
  });

  document.addEventListener("pointerdown", () => { pressed = ""; });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Alt") pressed = "";
    if (!event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.("form.entry")) return;
    const row = event.target.closest?.("[data-keys]");
    const button = row?.querySelector(`button[aria-keyshortcuts="Alt+${event.key}"]`);
    if (button) {
      event.preventDefault();
      button.focus();
      pressed = button.id;
      button.click();
    }
  });

  // One's last change is looked at, to be undone, from anywhere in a negotiation. Where a page lists
  // keys of its own, its list and its switch are the ones that count.
  const undo = document.getElementById("undo-last");
  const sheet = document.getElementById("all-keys");
  const single = document.querySelector("#matrix-single-keys, #single-keys, #all-single-keys");

  if (undo) {
    const ownList = single.id !== "all-single-keys";
    document.getElementById("all-keys-open")?.addEventListener("click", () => sheet.showModal());
    document.getElementById("all-keys-close").addEventListener("click", () => sheet.close());
    const own = document.getElementById("all-single-keys");
    own.checked = localStorage.getItem("single-keys") === "on";
    own.addEventListener("change", () => localStorage.setItem("single-keys", own.checked ? "on" : "off"));

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
      if (event.target.closest?.("dialog, form.entry")) return;
      const inField = event.target.matches("input:not([type=checkbox]), select, textarea");
      const together = event.altKey && event.shiftKey;
      const alone = single.checked && !event.altKey && !inField;
      if (event.code === "KeyZ" && (together || (alone && !event.shiftKey))) {
        event.preventDefault();
        undo.submit();
      } else if (event.key === "?" && !ownList && !event.altKey && !inField) {
        event.preventDefault();
        sheet.showModal();
      }
    });
  }

  // That a page was seen is told once it is to be seen: not by what fetches it ahead.
  const shown = document.querySelector("form[data-shown]");

  function tell() {
    if (!shown || document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", tell);
    fetch(shown.action, {
      method: "POST",
      body: new FormData(shown),
      headers: { "X-Requested-With": "fetch" },
      redirect: "error",
    }).catch(() => {}); // the button is still there
  }

  document.addEventListener("visibilitychange", tell);
  tell();

  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("a[data-close]")?.closest("form.entry");
    if (form && slotOf(form)) {
      event.preventDefault();
      close(form);
    }
  });

  // The day of what was said is that of the source that is chosen, until somebody writes another.
  document.addEventListener("change", (event) => {
    const { form, name } = event.target;
    const day = name === "source" && form?.querySelector("[name=stated][data-follows]");
    if (!day || (day.value && day.value !== day.dataset.follows)) return;
    day.value = day.dataset.follows = event.target.selectedOptions[0].dataset.published ?? "";
  });

  // One form at a time in a slot: its own link finds it again, another does not sweep it away.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt: link, target: slot } = event.detail;
    if (!slot?.matches(".slot") || !link.matches("a")) return;
    const open = slot.querySelector("form.entry");
    const same = open && slot.dataset.opener === link.id;
    if (open && (same || (!open.hidden && typed(open) !== asLoaded.get(open)))) {
      event.preventDefault();
      enter(open);
      if (!same) announce(said.busy);
    } else {
      slot.dataset.opener = link.id;
    }
  });

  // The sign-in page instead of an answer: keep what was typed.
  let leaving = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig: { elt } } = event.detail;
    if (asksWhoIsHere(event)) {
      event.detail.shouldSwap = xhr.status === 200 && xhr.responseURL.endsWith("/present/");
      return;
    }
    const slot = elt.matches("form.entry") ? slotOf(elt) : null;
    leaving = slot && { slot: slot.id, opener: slot.dataset.opener };
    if (xhr.responseURL && new URL(xhr.responseURL).pathname === said.login) {
      event.detail.shouldSwap = false;
      announce(said.signedOut);
    }
  });

  // A form is done once for its key: what is saved from it next has another. The key goes along with
  // the entry of the history, so that coming back to a form that was saved does not save it twice.
  const keyOf = (form) => form?.elements?.idempotency_key;

  function another(form) {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    const key = keyOf(form);
    if (key) key.value = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  document.addEventListener("parley:another", (event) => another(event.target.closest("form")));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // What is sent without leaving the page has another key by the time it is saved.
    const stays = form.matches("[data-quick], [data-hx-post]");
    if (event.defaultPrevented || stays || !form.id || !keyOf(form)) return;
    const sent = { ...history.state?.sent, [form.id]: keyOf(form).value };
    history.replaceState({ ...history.state, sent }, "");
  });

  for (const [id, key] of Object.entries(history.state?.sent ?? {})) {
    const field = keyOf(document.getElementById(id));
    if (field) field.value = key;
  }

  // Who else is here is asked now and then, but not by a page that nobody sees.
  const asksWhoIsHere = (event) => event.detail.requestConfig?.elt.matches("[data-present]")
    ?? event.detail.elt?.matches("[data-present]");

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && asksWhoIsHere(event)) event.preventDefault();
  });

  // A saved line leaves its row, and every row it stands in, settling one by one: the focus goes to
  // the next line of its slot, or back to the link that opened it.
  let saved = null;

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig.elt;
    if (asksWhoIsHere(event)) return;
    if (event.detail.successful) another(form.matches("form") ? form : form.form);
    saved = event.detail.successful ? leaving : null;
    leaving = null;
    // A button that goes away with its answer, or with what is fetched after it, names where the
    // focus goes then.
    if (form.dataset.then && event.detail.successful) {
      saved = { then: form.dataset.then };
      pressed = form.dataset.then;
    }
    const slot = saved?.slot ? document.getElementById(saved.slot) : null;
    if (slot && !slot.querySelector("form.entry")) goBack(slot);
  });

  function goBack(slot) {
    if (saved.opener) slot.dataset.opener = saved.opener;
    openerOf(slot)?.focus();
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    if (asksWhoIsHere(event)) return;
    if (saved?.then) {
      document.getElementById(saved.then)?.focus();
      return;
    }
    const slot = saved ? document.getElementById(saved.slot) : null;
    const part = slot ?? event.target;
    const form = part?.matches("form.entry") ? part : part?.querySelector("form.entry");
    if (slot && saved.opener) slot.dataset.opener = saved.opener;
    if (form) {
      asLoaded.set(form, form.matches("[data-typed]") ? "" : typed(form));
      // A choice inside the form that brought more of its fields keeps the focus.
      const asked = event.detail.requestConfig?.elt;
      if (!asked || asked.matches("form, a")) enter(form);
    } else if (slot) goBack(slot);
  });

  // What is proposed is never folded away, wherever it came in.
  document.addEventListener("htmx:load", (event) => {
    for (const proposed of event.detail.elt.querySelectorAll("form.entry .proposed")) {
      const folded = proposed.closest("details:not([open])");
      if (folded) folded.open = true;
    }
  });

  document.addEventListener("parley:status", (event) => announce(event.detail.text, event.detail));
  document.addEventListener("parley:saved", (event) => announce(event.detail.text, event.detail));
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => asksWhoIsHere(event) || announce(said.lost));
  }
  document.addEventListener("htmx:responseError", (event) =>
    asksWhoIsHere(event) || announce(event.detail.xhr.status === 401 ? said.signedOut : said.refused));

  // What is typed is kept on the server a moment after the last key, and when the page is left.
  const waiting = new Map();
  const underWay = new WeakMap();

  async function keep(form, leaving) {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    const note = form.querySelector(".entry__kept");
    const words = new FormData(form);
    // A file stays where it is until its form is sent.
    for (const field of form.querySelectorAll("[type=file]")) words.delete(field.name);
    words.delete("shown-fields");
    try {
      const answer = await fetch(form.dataset.unsaved, {
        method: "POST",
        body: words,
        headers: { "X-Requested-With": "fetch" },
        keepalive: leaving,
        redirect: "error",
      });
      if (note) note.textContent = answer.ok ? await answer.text() : said.unkept;
    } catch {
      if (note) note.textContent = said.unkept;
    }
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (!form) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => underWay.set(form, keep(form, false)), 700));
  });

  // What was refused since another edit waits for review is saved later, and so kept at once.
  document.addEventListener("htmx:load", (event) => {
    for (const refused of event.detail.elt.querySelectorAll("form[data-unsaved] [data-keeps]")) {
      keep(refused.closest("form"), false);
    }
  });

  // What is a proposal no longer, once somebody writes something else.
  document.addEventListener("input", (event) => {
    event.target.closest("form.entry .field")?.querySelector(".proposed")?.remove();
  });

  // Saving does away with what was kept; a keeping that came after it would bring it back.
  document.addEventListener("submit", (event) => {
    clearTimeout(waiting.get(event.target));
    waiting.delete(event.target);
  }, true);

  document.addEventListener("htmx:confirm", (event) => {
    const keeping = underWay.get(event.detail.elt);
    if (!keeping) return;
    event.preventDefault();
    keeping.finally(() => event.detail.issueRequest(true));
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    for (const form of waiting.keys()) if (form.isConnected) keep(form, true);
  });
})();
