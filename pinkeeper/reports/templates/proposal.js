"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const rows = all("[data-bump]");
  const form = document.querySelector("form.filter");
  const filter = byId("filter");
  const help = byId("help");

  for (const element of all("[data-script]")) element.hidden = false;

  function applyFilter() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = new Map();
    for (const box of all("input[type=checkbox]", form)) {
      if (!groups.has(box.name)) groups.set(box.name, new Set());
      if (box.checked) groups.get(box.name).add(box.value);
    }
    let shown = 0;
    for (const row of rows) {
      const text = row.dataset.text.toLowerCase();
      const fits = words.every((word) => text.includes(word))
        && [...groups].every(([group, values]) => values.size === 0 || values.has(row.dataset[group]));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    byId("shown").textContent = `${shown} of ${rows.length}`;
    byId("nothing").hidden = shown > 0;
  }

  function step(by) {
    const items = rows.filter((row) => !row.hidden).map((row) => row.querySelector("[data-item]"));
    if (items.length === 0) return;
    const place = items.indexOf(document.activeElement);
    const next = place < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(Math.max(place + by, 0), items.length - 1);
    items[next].focus();
    items[next].scrollIntoView({ block: "nearest" });
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => { if (filter) { filter.focus(); filter.select(); } },
    "?": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === filter) {
      if (event.key === "Escape") {
        form.reset();
        applyFilter();
        filter.blur();
      }
      return;
    }
    if (!Object.hasOwn(keys, event.key)) return;
    keys[event.key]();
    event.preventDefault();
  });

  byId("keys").addEventListener("click", () => help.showModal());
  if (form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", applyFilter);
    applyFilter();
  }
})();
