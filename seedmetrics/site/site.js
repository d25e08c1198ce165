"use strict";
// The pages' own script: search by name, groups to show, tables that sort. Without it every table and link is there.
(() => {
  const page = document;
  const read = (id) => JSON.parse(page.getElementById(id)?.textContent ?? "null");
  const words = read("words");
  const language = page.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const made = (tag, text = "", attributes = {}) => {
    const element = page.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // == sorting: a button in each header, rows without a rank last
  const number = (text) => {
    const found = text.replace(/−/g, "-").replace(/,/g, "").match(/-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : NaN;
  };
  const collator = new Intl.Collator(language === "zh" ? "zh-Hans-u-co-pinyin" : "en", { numeric: true });
  const value = (row, column, kind) => {
    const cell = row.cells[column];
    if (!cell) return kind === "text" ? "" : NaN;
    const text = cell.dataset.v ?? cell.textContent.trim();
    return kind === "text" ? text : number(text);
  };
  const compare = (a, b, kind) => {
    if (kind === "text") return collator.compare(a, b);
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return a - b;
  };
  const prepare = (table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
      const kind = header.dataset.sort;
      if (!kind) return;
      const button = made("button", header.textContent, { type: "button" });
      header.replaceChildren(button);
      button.addEventListener("click", () => {
        const upward = header.getAttribute("aria-sort") !== "ascending";
        const sign = upward ? 1 : -1;
        const keyed = rows.map((row, place) => ({ row, place, key: value(row, column, kind) }));
        keyed.sort((a, b) => {
          const last = ("last" in a.row.dataset) - ("last" in b.row.dataset);
          const missing = Number.isNaN(a.key) - Number.isNaN(b.key);
          return last || missing || sign * compare(a.key, b.key, kind) || a.place - b.place;
        });
        body.append(...keyed.map((entry) => entry.row));
        for (const other of headers) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", upward ? "ascending" : "descending");
        // Lines and tier edges join neighbours by rank: in another order they would join others.
        table.classList.toggle("resorted", !(upward && header.classList.contains("rank")));
      });
      if (header.classList.contains("rank")) header.setAttribute("aria-sort", "ascending");
    });
  };
  page.querySelectorAll("table[data-sortable]").forEach(prepare);

  // == groups: one, or all
  const finder = page.getElementById("finder");
  if (!finder) return;
  const group = page.getElementById("group");
  const status = page.getElementById("found");
  const list = page.getElementById("results");
  const field = page.getElementById("query");
  for (const element of finder.querySelectorAll("[hidden][data-scripted]")) element.hidden = false;
  group?.addEventListener("change", () => {
    for (const section of page.querySelectorAll("section[data-group]")) {
      section.hidden = group.value !== "" && section.dataset.group !== group.value;
    }
    search(true);
  });

  // == search
  if (!field) return;
  const most = 20;
  let index = read("units");
  const folded = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[\s'’·.\-–—_（）()|]+/g, "");
  const load = () => {
    const file = words.file;
    if (index || !file || load.asked) return;
    load.asked = true;
    const script = page.createElement("script");
    // A browser cannot check the digest of a file that no server sends; elsewhere it must.
    if (location.protocol !== "file:") script.integrity = file.integrity;
    script.src = file.src;
    script.addEventListener("load", () => {
      index = self.seedmetricsUnits;
      search(false);
    });
    page.head.append(script);
  };
  const score = (keys, wanted) => {
    let best = 9;
    for (const key of keys.split("|")) {
      if (key === wanted) return 0;
      if (key.startsWith(wanted)) best = Math.min(best, 1);
      else if (key.includes(wanted)) best = Math.min(best, 2);
    }
    return best;
  };
  const row = ([en, zh, , place, code, pages]) => {
    const where = index.places[place];
    const [own, other] = language === "zh" ? [zh || en, en] : [en || zh, zh];
    const page_language = pages & (language === "zh" ? 2 : 1) ? language : language === "zh" ? "en" : "zh";
    const item = made("li");
    const name = own || code;
    if (pages) {
      const way = [...where.way.split("/"), `${code}.${page_language}.html`].map(encodeURIComponent).join("/");
      item.append(made("a", name, { href: way }));
    } else item.append(made("b", name));
    if (other && other !== own) {
      item.append(" ", made("span", other, { lang: language === "zh" ? "en" : "zh-Hans" }));
    }
    const [title, period] = where[language];
    item.append(" ", made("span", [title, period].join(words.dot), { class: "quiet" }));
    return item;
  };
  const search = (chosen) => {
    const wanted = folded(field.value);
    list.replaceChildren();
    if (!wanted) {
      status.textContent = chosen && group?.value ? fill(words.only, { group: group.selectedOptions[0].text }) : "";
      return;
    }
    if (!index) {
      status.textContent = words.loading;
      return load();
    }
    const found = [];
    index.units.forEach((unit, place) => {
      const where = index.places[unit[3]];
      if (group?.value && where.group !== group.value) return;
      let rank = score(unit[2], wanted);
      if (rank > 2 && folded(where[language][0]).includes(wanted)) rank = 3;
      if (rank < 9) found.push([rank, place, unit]);
    });
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    list.append(...found.slice(0, most).map((entry) => row(entry[2])));
    const text = !found.length ? words.none : found.length === 1 ? words.one : found.length > most ? words.more : words.many;
    status.textContent = fill(text, { count: found.length.toLocaleString("en"), most });
  };
  field.addEventListener("focus", load);
  field.addEventListener("input", () => search(false));
  // From the field down into the results and back; Enter goes to the first.
  finder.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const place = links.indexOf(page.activeElement);
    if (event.key === "Escape" && (place >= 0 || event.target === field)) {
      field.value = "";
      search(false);
      field.focus();
    } else if (links.length && event.target === field && (event.key === "ArrowDown" || event.key === "Enter")) {
      event.preventDefault();
      links[0].focus();
    } else if (place >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      (links[place + (event.key === "ArrowDown" ? 1 : -1)] ?? field).focus();
    }
  });
  if (field.value) search(false);
})();
