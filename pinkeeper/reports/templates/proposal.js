"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const entries = all("[data-entry]").map((element) => ({
    element, values: element.dataset, name: element.dataset.name.toLowerCase(), isRow: element.localName === "tr",
  }));
  const rows = entries.filter((entry) => entry.isRow);
  const form = document.querySelector("form.filter");
  const boxes = form ? all("input[type=checkbox]", form) : [];
  const filter = byId("filter");
  const help = byId("help");

  for (const element of all("[data-script]")) element.hidden = false;

  function applyFilter() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = new Map();
    for (const box of boxes) {
      if (!box.checked) continue;
      if (!groups.has(box.name)) groups.set(box.name, new Set());
      groups.get(box.name).add(box.value);
    }
    const chosen = [...groups];
    let shown = 0;
    for (const { element, values, name, isRow } of entries) {
      const fits = words.every((word) => name.includes(word))
        && chosen.every(([group, wanted]) => wanted.has(values[group]));
      if (element.hidden === fits) element.hidden = !fits;
      if (fits && isRow) shown += 1;
    }
    byId("shown").textContent = `${shown} of ${rows.length}`;
    byId("nothing").hidden = shown > 0;
  }

  function clearFilter() {
    form.reset();
    applyFilter();
  }

  function step(by, items) {
    if (items.length === 0) return;
    const focused = document.activeElement;
    let place = items.findIndex((item) => item === focused || item.contains(focused));
    if (place < 0 && focused !== document.body) {
      // From elsewhere: what follows it on the page.
      const after = items.findIndex((item) => focused.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING);
      place = after < 0 ? items.length : after;
      if (by > 0) place -= 1;
    } else if (place < 0 && by < 0) {
      place = items.length;
    }
    const next = items[Math.min(Math.max(place + by, 0), items.length - 1)];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: next.localName === "a" ? "nearest" : "start" });
  }

  function unfold() {
    const shown = all("details.file").filter((entry) => !entry.hidden);
    const open = shown.some((entry) => !entry.open);
    for (const entry of shown) entry.open = open;
  }

  const shownRows = () => rows.filter(({ element }) => !element.hidden).map(({ element }) => element.querySelector("[data-item]"));
  const shownArticles = () => all("[data-read]").filter((item) => !item.hidden);

  const keys = {
    j: () => step(1, shownRows()),
    k: () => step(-1, shownRows()),
    n: () => step(1, shownArticles()),
    p: () => step(-1, shownArticles()),
    x: unfold,
    "/": () => { if (filter) { filter.focus(); filter.select(); } },
    "?": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === filter) {
      if (event.key === "Escape") {
        clearFilter();
        filter.blur();
      }
      return;
    }
    if (!Object.hasOwn(keys, event.key)) return;
    keys[event.key]();
    event.preventDefault();
  });

  function reveal() {
    const target = location.hash ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (!target) return;
    const entry = target.closest("[data-entry]");
    if (entry && entry.hidden) {
      clearFilter();
      target.scrollIntoView();
    }
    if (target.matches("[data-read]")) target.focus({ preventScroll: true });
  }

  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  byId("keys").addEventListener("click", () => help.showModal());
  if (form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", applyFilter);
    applyFilter();
  }
  reveal();
})();
