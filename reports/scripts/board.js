// The leaderboard: sorted by any column, filtered by family, columns hidden, copied as text.
if (document.getElementById("board")) {
  const table = document.getElementById("board");
  const tools = document.getElementById("board-tools");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const models = new Map(bench.data("board").models.map((model, place) => [model.name, { ...model, place }]));
  const KEYS = {
    rank: "place", name: "name", score: "mean", interval: "low", letters: "place", folds: "mean",
    fit: "fit_seconds", predict: "predict_ms_per_row", size: "model_bytes", test: "test", energy: "energy",
  };
  const DESCENDING = new Set(["score", "interval", "folds", "test"]);
  const HIDDEN_AT_FIRST = new Set(["folds"]);

  // Rows without the value, such as failures, stay at the end in either direction.
  const sortBy = (head, descending) => {
    const key = KEYS[head.dataset.key];
    const value = (row) => models.get(row.dataset.name)?.[key];
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (a == null || b == null) return (a == null) - (b == null);
      return (typeof a === "string" ? a.localeCompare(b) : a - b) * (descending ? -1 : 1);
    });
    body.append(...rows);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  };

  for (const head of heads) {
    const button = bench.el("button", { type: "button", class: "sort" }, ...head.childNodes);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      sortBy(head, now ? now === "ascending" : DESCENDING.has(head.dataset.key));
    });
    head.append(button);
  }

  const filter = (family, pressed) => {
    for (const other of tools.querySelectorAll(".families button")) other.setAttribute("aria-pressed", other === pressed);
    for (const row of body.rows) row.hidden = family !== null && row.dataset.family !== family;
  };

  const families = [...new Set([...body.rows].map((row) => row.dataset.family))];
  const choice = (label, family) => {
    const button = bench.el("button", { type: "button", class: "quiet", "aria-pressed": family === null }, label);
    if (family === null) button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => filter(family, button));
    return button;
  };
  if (families.length > 1) {
    const all = choice("All families", null);
    tools.append(bench.el("div", { class: "families", role: "group", "aria-label": "Families shown" }, all, families.map((family) => choice(family, family))));
  }

  const show = (column, shown) => {
    for (const row of table.rows) row.cells[column].hidden = !shown;
  };
  const boxes = heads.map((head, column) => {
    const shown = !HIDDEN_AT_FIRST.has(head.dataset.key);
    show(column, shown);
    if (head.dataset.key === "name") return null;
    const box = bench.el("input", { type: "checkbox", checked: shown, "data-key": head.dataset.key });
    box.addEventListener("change", () => show(column, box.checked));
    const title = head.querySelector("abbr") ? "Rank" : head.textContent;
    return bench.el("label", {}, box, ` ${title}`);
  });
  tools.append(bench.el("span", { class: "spring" }));
  tools.append(bench.el("details", { class: "menu" }, bench.el("summary", {}, "Columns"), bench.el("div", { class: "card" }, boxes)));

  // What is seen, as rows of text; reservations and failures stay with their rows, in a last column.
  const seen = () =>
    [...table.rows]
      .filter((row) => !row.hidden)
      .map((row, i) => [...[...row.cells].filter((cell) => !cell.hidden).map(text), i ? status(row) : "Status"]);
  const plain = (element) => element.textContent.trim().replace(/\s+/g, " ");
  const text = (cell) => plain(cell.querySelector("a, td > span:not(.narrow)") ?? cell.firstChild ?? cell);
  const status = (row) => [...row.querySelectorAll(".stamp, .trouble")].map(plain).join("; ") || "ok";
  const markdown = () => {
    const escaped = (cell) => cell.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&");
    const [head, ...rows] = seen().map((row) => `| ${row.map(escaped).join(" | ")} |`);
    return [head, `|${" --- |".repeat(seen()[0].length)}`, ...rows].join("\n");
  };
  // No cell becomes a formula in a spreadsheet.
  const quoted = (cell) => `"${(/^[=+\-@\t]/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`;
  const csv = () => seen().map((row) => row.map(quoted).join(",")).join("\n");
  tools.append(bench.copyButton("Copy as Markdown", markdown), bench.copyButton("Copy as CSV", csv));
  tools.hidden = false;
}
