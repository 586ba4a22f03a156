"use strict";

// The comparison by keyboard: from cell to cell, into a cell and back, to an issue; and groups of
// issues that fold without loading the page. Without it the same links work as pages.
(() => {
  const matrix = document.querySelector("table.matrix");
  const keys = document.getElementById("matrix-keys");
  const jump = document.querySelector(".jump");
  const single = document.getElementById("matrix-single-keys");

  document.documentElement.classList.add("js-keys");

  const rows = () => [...matrix.querySelectorAll("tbody > tr")].filter((row) => row.checkVisibility());
  const cellOf = (node) => node.closest?.("table.matrix > tbody > tr > *");

  // One cell is a stop of the Tab key: the one that had the focus last.
  function rest(cell) {
    for (const other of matrix.querySelectorAll("tbody > tr > [tabindex='0']")) {
      if (other !== cell) other.tabIndex = -1;
    }
    cell.tabIndex = 0;
  }

  function prepare() {
    for (const cell of matrix.querySelectorAll("tbody > tr > :not([tabindex])")) cell.tabIndex = -1;
    if (!matrix.querySelector("tbody > tr > [tabindex='0']")) {
      const first = matrix.querySelector("tbody > tr > *");
      if (first) rest(first);
    }
  }

  function go(cell) {
    if (!cell) return false;
    rest(cell);
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: tall(cell) ? "start" : "nearest", inline: "nearest", behavior: "instant" });
    return true;
  }

  // What is higher than the window shows its beginning.
  const tall = (cell) => cell.getBoundingClientRect().height > innerHeight * 0.6;

  function beside(cell, across, down) {
    const all = rows();
    const row = all[all.indexOf(cell.parentElement) + down];
    return row?.children[Math.min(cell.cellIndex, row.children.length - 1) + across];
  }

  // Where the keys for the next and the previous issue start from: the cell with the focus in it,
  // else the first row in the window.
  function step(down) {
    const cell = cellOf(document.activeElement);
    if (cell) return go(beside(cell, 0, down));
    const below = matrix.tHead.getBoundingClientRect().bottom;
    return go(rows().find((row) => row.getBoundingClientRect().bottom > below + 1)?.children[0]);
  }

  const moves = {
    ArrowLeft: (cell) => beside(cell, -1, 0),
    ArrowRight: (cell) => beside(cell, 1, 0),
    ArrowUp: (cell) => beside(cell, 0, -1),
    ArrowDown: (cell) => beside(cell, 0, 1),
    Home: (cell) => cell.parentElement.firstElementChild,
    End: (cell) => cell.parentElement.lastElementChild,
  };

  function inCell(event, cell) {
    if (event.target === cell && moves[event.key]) return go(moves[event.key](cell)) || true;
    if (event.target === cell && event.key === "Enter") {
      const first = [...cell.querySelectorAll("a[href], summary, button")].find((stop) => stop.checkVisibility());
      first?.focus();
      return Boolean(first);
    }
    return event.target !== cell && event.key === "Escape" && go(cell);
  }

  const letters = {
    j: () => step(1),
    k: () => step(-1),
    i: () => {
      jump.open = true;
      jump.querySelector("summary").focus();
      return true;
    },
    "?": () => {
      keys.showModal();
      return true;
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.("form.entry, dialog, input, select, textarea")) return;
    const cell = cellOf(event.target);
    const letter = single.checked ? letters[event.key] : undefined;
    if ((cell && inCell(event, cell)) || letter?.()) event.preventDefault();
    else if (event.key === "Escape" && jump.open && jump.contains(event.target)) {
      jump.open = false;
      jump.querySelector("summary").focus();
    }
  });

  matrix.addEventListener("focusin", (event) => {
    const cell = cellOf(event.target);
    if (cell) rest(cell);
  });

  document.getElementById("matrix-keys-close").addEventListener("click", () => keys.close());
  document.querySelector("[data-keys-help]").addEventListener("click", () => keys.showModal());
  single.checked = localStorage.getItem("matrix-keys") !== "off";
  single.addEventListener("change", () => {
    localStorage.setItem("matrix-keys", single.checked ? "on" : "off");
  });

  // The list of issues closes once it has led somewhere, and the row it led to has the focus.
  jump.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    jump.open = false;
    const row = document.getElementById(link.hash.slice(1));
    if (row.closest("tbody.is-closed") && row.matches(".matrix__part")) fold(row.closest("tbody"), false);
    history.replaceState(history.state, "", link.hash);
    event.preventDefault();
    go(row.firstElementChild);
  });

  document.addEventListener("click", (event) => {
    if (jump.open && !jump.contains(event.target)) jump.open = false;
  });

  // Groups fold in place, and the address says which are folded.
  function fold(group, closed) {
    group.classList.toggle("is-closed", closed);
    const link = group.querySelector("a[data-fold]");
    link.setAttribute("aria-expanded", String(!closed));
    const address = new URL(location);
    const codes = [...matrix.querySelectorAll("tbody.is-closed a[data-fold]")].map((each) => each.dataset.fold);
    const shown = (url) => {
      url.searchParams.delete("closed");
      for (const code of codes) url.searchParams.append("closed", code);
      return url;
    };
    address.hash = "";
    history.replaceState(history.state, "", shown(address));
    for (const other of document.querySelectorAll(".density a")) other.href = shown(new URL(other.href));
  }

  matrix.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-fold]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fold(link.closest("tbody"), link.getAttribute("aria-expanded") === "true");
  });

  document.addEventListener("htmx:afterSettle", prepare);
  prepare();
})();
