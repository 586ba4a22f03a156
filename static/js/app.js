"use strict";

// Forms in cells: where the focus goes, what the keys do, what is announced. Everything here is a
// convenience; the same links and forms work without it.
(() => {
  const status = document.getElementById("status");
  let clearing = 0;

  function announce(text) {
    status.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => { status.textContent = ""; }, 8000);
  }

  const asLoaded = new WeakMap();
  const typed = (form) => new URLSearchParams(new FormData(form)).toString();

  const cellOf = (form) =>
    document.getElementById(`comparison-cell-${form.dataset.party}-${form.dataset.issue}`);

  function focusOpener(cell, number) {
    const opener = cell?.querySelector(number ? `[data-edit="${number}"]` : ".add");
    (opener ?? cell?.querySelector(".add"))?.focus();
  }

  function numberOf(form) {
    return form.id.match(/^form-(\d+)$/)?.[1];
  }

  // What was typed stays: the same link shows the closed line again.
  function close(form) {
    form.hidden = true;
    focusOpener(cellOf(form), numberOf(form));
  }

  function enter(form) {
    form.hidden = false;
    const first = form.querySelector(".errors, .conflict") ?? form.querySelector("[name=text]");
    first?.focus();
  }

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.entry");
    if (!form || event.isComposing) return;
    const saves = event.target.name === "text" && !event.shiftKey && !event.altKey;
    if (event.key === "Enter" && saves) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && cellOf(form)) {
      event.preventDefault();
      close(form);
    }
  });

  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("a[data-close]")?.closest("form.entry");
    if (form && cellOf(form)) {
      event.preventDefault();
      close(form);
    }
  });

  // One line at a time in a cell: its own link finds it again, another does not sweep it away.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.detail.elt;
    const open = link.matches("a.add, a.edit") && event.detail.target.querySelector("form.entry");
    if (!open) return;
    const same = numberOf(open) === link.dataset.edit;
    if (same || (!open.hidden && typed(open) !== asLoaded.get(open))) {
      event.preventDefault();
      enter(open);
      if (!same) announce(status.dataset.busy);
    }
  });

  // An answer from another address is the sign-in page: keep what was typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    const asked = new URL(pathInfo.requestPath, location.href).pathname;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname !== asked) {
      event.detail.shouldSwap = false;
      announce(status.dataset.signedOut);
    }
  });

  let saved = null;

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig.elt;
    saved = event.detail.successful && form.matches("form.entry")
      ? { cell: cellOf(form)?.id, number: numberOf(form) }
      : null;
  });

  // A saved line leaves the row, and every other row it stands in, settling one by one.
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = saved ? document.getElementById(saved.cell) : event.target;
    const form = part?.matches("form.entry") ? part : part?.querySelector("form.entry");
    if (form) {
      asLoaded.set(form, form.querySelector(".errors, .conflict") ? "" : typed(form));
      enter(form);
    } else if (saved) focusOpener(part, saved.number);
  });

  document.addEventListener("parley:status", (event) => announce(event.detail.text));
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, () => announce(status.dataset.lost));
  }
  document.addEventListener("htmx:responseError", () => announce(status.dataset.refused));
})();
