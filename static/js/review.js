"use strict";

// Keys on the page of a record for review: to the buttons and the reason, not through them, so that
// nothing is decided by one key.
(() => {
  const targets = { a: "review-approve", r: "review-reason", n: "review-next" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const target = document.getElementById(targets[event.key.toLowerCase()] ?? "");
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
})();
