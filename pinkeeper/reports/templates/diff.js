"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const files = all("details.file");
  const railOf = new Map(all("#rail-files [data-file]").map((entry) => [entry.dataset.file, entry]));
  const form = document.querySelector("form.filter");
  const filter = byId("filter");
  const help = byId("help");
  const splitButton = byId("split");
  const unfoldButton = byId("unfold");

  for (const element of all("[data-script]")) element.hidden = false;

  /* Files that are shown */

  function chosen() {
    const groups = new Map();
    for (const box of all("input[type=checkbox]", form)) {
      if (!groups.has(box.name)) groups.set(box.name, new Set());
      if (box.checked) groups.get(box.name).add(box.value);
    }
    return groups;
  }

  function applyFilter() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = [...chosen()];
    let shown = 0;
    for (const file of files) {
      const name = file.dataset.name.toLowerCase();
      const fits = words.every((word) => name.includes(word))
        && groups.every(([group, values]) => values.size === 0 || values.has(file.dataset[group]));
      file.hidden = !fits;
      const entry = railOf.get(file.id);
      if (entry) entry.hidden = !fits;
      if (fits) shown += 1;
    }
    byId("shown").textContent = `${shown} of ${files.length}`;
    byId("nothing").hidden = shown > 0;
    tellUnfold();
  }

  function clearFilter() {
    form.reset();
    applyFilter();
  }

  function tellUnfold() {
    const shown = files.filter((file) => !file.hidden);
    const open = shown.length > 0 && shown.every((file) => file.open);
    unfoldButton.textContent = open ? "Close all" : "Open all";
  }

  function unfold() {
    const shown = files.filter((file) => !file.hidden);
    const open = shown.some((file) => !file.open);
    for (const file of shown) file.open = open;
    tellUnfold();
  }

  /* Side by side: made from the rows of the one table when they are first seen */

  function half(row, place) {
    const number = document.createElement("td");
    const text = document.createElement("td");
    number.className = "l";
    text.className = "t";
    if (row === null) {
      text.classList.add("void");
    } else {
      const kind = ["a", "r", "s"].find((name) => row.classList.contains(name));
      number.classList.add(kind);
      text.classList.add(kind);
      if (row.classList.contains("hit")) text.classList.add("hit");
      const line = row.cells[place].dataset.l;
      if (line) number.dataset.l = line;
      for (const node of row.cells[2].childNodes) text.append(node.cloneNode(true));
      if (row.id && (place === 1 || kind === "r")) text.dataset.at = row.id;
    }
    return [number, text];
  }

  function wide(row) {
    const copy = row.cloneNode(true);
    copy.cells[0].colSpan = 4;
    return copy;
  }

  function makeSplit(table) {
    const two = document.createElement("table");
    two.className = "code two";
    const columns = document.createElement("colgroup");
    for (const name of ["l", "t", "l", "t"]) columns.append(Object.assign(document.createElement("col"), { className: name }));
    two.append(columns);
    const body = two.createTBody();
    let removed = [];
    let added = [];
    const pair = (left, right) => {
      const row = body.insertRow();
      row.append(...half(left, 0), ...half(right, 1));
    };
    const flush = () => {
      for (let place = 0; place < Math.max(removed.length, added.length); place += 1) {
        pair(removed[place] ?? null, added[place] ?? null);
      }
      removed = [];
      added = [];
    };
    for (const row of table.rows) {
      if (row.classList.contains("r")) {
        if (added.length) flush();
        removed.push(row);
      } else if (row.classList.contains("a")) {
        added.push(row);
      } else {
        flush();
        if (row.classList.contains("s")) pair(row, row);
        else body.append(wide(row));
      }
    }
    flush();
    table.after(two);
  }

  const isSplit = () => root.classList.contains("split");

  function completeSplit(within) {
    if (!isSplit()) return;
    for (const table of all("table.one", within)) {
      if (!table.nextElementSibling) makeSplit(table);
    }
  }

  function toggleSplit() {
    const now = root.classList.toggle("split");
    splitButton.setAttribute("aria-pressed", String(now));
    for (const table of all("article .hunk, details[open] .hunk")) completeSplit(table);
  }

  /* Places */

  function reveal(id) {
    const target = id ? byId(id) : null;
    if (!target) return;
    const file = target.closest("details.file");
    if (file) {
      if (file.hidden) clearFilter();
      file.open = true;
      completeSplit(file);
    }
    let seen = target;
    if (isSplit() && target.localName === "tr") {
      seen = file.querySelector(`[data-at="${CSS.escape(id)}"]`)?.parentElement ?? target;
    }
    for (const lit of all(".lit")) lit.classList.remove("lit");
    if (seen.localName === "tr") seen.classList.add("lit");
    seen.scrollIntoView({ block: seen.localName === "tr" ? "center" : "start" });
    const item = target.closest("[data-item]");
    if (item) focusItem(item, true);
  }

  const anchorOf = (link) => decodeURIComponent(link.hash.slice(1));

  /* Keys */

  const handle = (item) => (item.localName === "details" ? item.querySelector("summary") : item);

  function focusItem(item, stays) {
    current = item;
    handle(item).focus({ preventScroll: true });
    if (!stays) item.scrollIntoView({ block: "start" });
  }

  let current = null;

  function step(by, selector) {
    const items = all(selector).filter((item) => !item.hidden);
    if (items.length === 0) return;
    const focused = document.activeElement?.closest("[data-item]") ?? current;
    let place = items.indexOf(focused);
    if (place < 0 && focused) {
      // From a file to a finding, or from a file that the filter took away: what follows it on the page.
      const after = items.findIndex((item) => focused.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING);
      place = after < 0 ? items.length : after;
      if (by > 0) place -= 1;
    } else if (place < 0 && by < 0) {
      place = items.length;
    }
    focusItem(items[Math.min(Math.max(place + by, 0), items.length - 1)], false);
  }

  function goToLine(item) {
    const link = item.querySelector(".where a");
    if (link) link.click();
  }

  const keys = {
    j: () => step(1, "[data-item]"),
    k: () => step(-1, "[data-item]"),
    n: () => step(1, "article[data-item]"),
    p: () => step(-1, "article[data-item]"),
    s: toggleSplit,
    x: () => { if (unfoldButton) unfold(); },
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
    if (event.target instanceof HTMLInputElement && event.target.type !== "checkbox") return;
    if (event.key === "Enter" && event.target.matches("article[data-item]")) {
      goToLine(event.target);
    } else if (Object.hasOwn(keys, event.key)) {
      keys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const id = anchorOf(link);
    if (location.hash.slice(1) === id) reveal(id);
  });

  addEventListener("hashchange", () => reveal(decodeURIComponent(location.hash.slice(1))));
  splitButton.addEventListener("click", toggleSplit);
  byId("keys").addEventListener("click", () => help.showModal());
  if (form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", applyFilter);
    unfoldButton.addEventListener("click", unfold);
    for (const file of files) {
      file.addEventListener("toggle", () => {
        if (file.open) completeSplit(file);
        tellUnfold();
      });
    }
    applyFilter();
  }
  if (location.hash) reveal(decodeURIComponent(location.hash.slice(1)));
})();
