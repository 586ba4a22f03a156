"use strict";

// A passage of the text is selected with the mouse, by touch or with keys, and becomes two offsets in
// code points, which the links to the forms take along. Without this script the words are pasted.
(() => {
  const box = document.getElementById("passage");
  if (!box) return;
  const said = document.getElementById("read-passage");
  const text = () => document.getElementById("source-text");
  const language = () => text().lang || "en";

  // Places are counted in the units of the browser's strings; the record counts code points.
  const pairs = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
  const points = (part) => part.length - (part.match(pairs)?.length ?? 0);

  let content = text().textContent;
  let passage = null;
  let cursor = 0;

  function domPlace(at) {
    const walker = document.createTreeWalker(text(), NodeFilter.SHOW_TEXT);
    let left = at;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.data.length) return [node, left];
      left -= node.data.length;
    }
    return [text(), text().childNodes.length];
  }

  function rangeOf({ start, end }) {
    const range = document.createRange();
    range.setStart(...domPlace(start));
    range.setEnd(...domPlace(end));
    return range;
  }

  function take(start, end) {
    while (start < end && /\s/.test(content[start])) start += 1;
    while (end > start && /\s/.test(content[end - 1])) end -= 1;
    passage = start < end ? { start, end } : null;
    if (passage) cursor = end;
    tell();
  }

  // What is selected is said and shown, and stays shown while the form has the focus.
  function tell() {
    const [start, end] = box.elements;
    start.disabled = end.disabled = !passage;
    if (passage) {
      start.value = points(content.slice(0, passage.start));
      end.value = points(content.slice(0, passage.end));
    }
    const words = passage ? content.slice(passage.start, passage.end) : "";
    const quote = document.createElement("q");
    quote.lang = language();
    quote.dir = "auto";
    quote.textContent = words.length > 300 ? `${words.slice(0, 200)} … ${words.slice(-80)}` : words;
    if (passage) said.replaceChildren(quote);
    else said.textContent = said.dataset.none;
    if (CSS.highlights) {
      if (passage) CSS.highlights.set("passage", new Highlight(rangeOf(passage)));
      else CSS.highlights.delete("passage");
    }
    for (const link of document.querySelectorAll("[data-capture]")) {
      const address = new URL(link.href);
      for (const field of box.elements) {
        if (passage) address.searchParams.set(field.name, field.value);
        else address.searchParams.delete(field.name);
      }
      link.href = address.pathname + address.search;
    }
    for (const button of document.querySelectorAll("[data-place]")) button.hidden = !passage;
  }

  function select(start, end) {
    take(start, end);
    const chosen = getSelection();
    if (!passage) return chosen.removeAllRanges();
    const range = rangeOf(passage);
    chosen.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    // The end is what one reads on from.
    const last = rangeOf({ start: passage.end - 1, end: passage.end }).getBoundingClientRect();
    const bar = said.parentElement.getBoundingClientRect().bottom;
    if (last.bottom > innerHeight - 40 || last.top < bar + 10) {
      scrollBy({ top: last.top - Math.max(bar + 60, innerHeight / 3), behavior: "instant" });
    }
  }

  function notice() {
    const chosen = getSelection();
    if (!chosen.rangeCount) return;
    const range = chosen.getRangeAt(0);
    const home = text();
    if (!home.contains(range.startContainer) || !home.contains(range.endContainer)) return;
    const before = document.createRange();
    before.selectNodeContents(home);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    if (range.collapsed) {
      // A click reads on from there; the focus alone, which comes with a caret, changes nothing.
      if (document.activeElement === home && start !== passage?.end && pointed) {
        cursor = start;
        take(start, start);
      }
      return;
    }
    const end = start + range.toString().length;
    if (passage?.start !== start || passage?.end !== end) take(start, end);
  }

  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(notice, 60);
  });

  let pointed = false;
  document.addEventListener("pointerdown", () => { pointed = true; });

  // Where sentences and words begin.
  const cuts = new Map();
  function boundaries(granularity) {
    if (!cuts.has(granularity)) {
      const parts = [...new Intl.Segmenter(language(), { granularity }).segment(content)];
      const begin = parts
        .filter(({ segment, isWordLike }) => (granularity === "word" ? isWordLike : segment.trim()))
        .map(({ index, segment }) => ({ start: index, end: index + segment.trimEnd().length }));
      cuts.set(granularity, begin);
    }
    return cuts.get(granularity);
  }

  const after = (parts, at) => parts.find((part) => part.end > at);
  const before = (parts, at) => parts.findLast((part) => part.start < at);

  // One step from the passage there is, or from the place last read.
  const steps = {
    ArrowDown: () => {
      const next = after(boundaries("sentence"), passage ? passage.end : cursor);
      if (next) select(next.start, next.end);
    },
    ArrowUp: () => {
      const last = before(boundaries("sentence"), passage ? passage.start : cursor);
      if (last) select(last.start, last.end);
    },
    "Shift+ArrowDown": () => extend("sentence", 1),
    "Shift+ArrowUp": () => extend("sentence", -1),
    "Shift+ArrowRight": () => extend("word", 1),
    "Shift+ArrowLeft": () => extend("word", -1),
    "Shift+Alt+ArrowRight": () => begin(1),
    "Shift+Alt+ArrowLeft": () => begin(-1),
    Escape: () => {
      getSelection().removeAllRanges();
      take(0, 0);
    },
  };

  function extend(granularity, way) {
    const { start, end } = passage ?? { start: cursor, end: cursor };
    const parts = boundaries(granularity);
    if (way > 0) {
      const next = after(parts, end);
      if (next) select(passage ? start : next.start, next.end);
      return;
    }
    const shorter = parts.findLast((part) => part.end < end);
    if (shorter && shorter.end > start) select(start, shorter.end);
  }

  function begin(way) {
    if (!passage) return;
    const parts = boundaries("word");
    const to = way > 0
      ? parts.find((part) => part.start > passage.start)
      : before(parts, passage.start);
    if (to && to.start < passage.end) select(to.start, passage.end);
  }

  document.addEventListener("keydown", (event) => {
    pointed = false;
    if (event.target !== text() || event.ctrlKey || event.metaKey || event.isComposing) return;
    const held = [event.shiftKey && "Shift+", event.altKey && "Alt+"].filter(Boolean).join("");
    const step = steps[held + event.key];
    if (step) {
      event.preventDefault();
      step();
    } else if (!held) {
      const link = document.querySelector(`[data-capture="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!link) return;
      event.preventDefault();
      if (passage) link.click();
      else said.textContent = said.dataset.first;
    }
  });

  // A form that opens leaves its passage in sight; on a narrow screen it comes up below.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "slot-capture" || !passage) return;
    const place = rangeOf(passage).getBoundingClientRect();
    const bar = said.parentElement.getBoundingClientRect().bottom;
    const narrow = !matchMedia("(width >= 64rem)").matches;
    if (narrow) scrollBy({ top: place.top - 12, behavior: "instant" });
    else if (place.top < bar || place.top > innerHeight * 0.8) {
      scrollBy({ top: place.top - bar - 20, behavior: "instant" });
    }
  });

  // Saved: the words are marked now, and reading goes on behind them.
  let reading = null;
  document.addEventListener("parley:saved", (event) => {
    reading = event.detail.evidence ? String(event.detail.evidence) : null;
  });
  for (const acted of ["keydown", "pointerdown"]) {
    document.addEventListener(acted, () => { reading = null; });
  }

  document.addEventListener("htmx:afterSettle", () => {
    if (!reading) return;
    const home = text();
    if (!home.querySelector(`#e${reading}`)) return;
    content = home.textContent;
    cuts.clear();
    take(0, 0);
    show(reading, false);
    home.focus({ preventScroll: true });
  });

  // The words of a piece of evidence, all of them, wherever else they are cut.
  function show(number, scrolls = true) {
    for (const mark of text().querySelectorAll("mark")) {
      mark.classList.toggle("text__here", mark.dataset.e.split(" ").includes(number));
    }
    if (scrolls) document.getElementById(`e${number}`)?.scrollIntoView({ block: "center" });
  }

  function followAddress() {
    const number = location.hash.match(/^#e([0-9]+)$/)?.[1];
    if (number) show(number);
  }

  addEventListener("hashchange", followAddress);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-place]");
    if (!button || !passage) return;
    for (const field of box.elements) button.form.elements[field.name].value = field.value;
  });

  tell();
  // Whoever was quicker than this script has selected already.
  notice();
  followAddress();
})();
