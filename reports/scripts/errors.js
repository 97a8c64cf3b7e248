// Hard rows by kind, and doubted labels with what their correction would change.
{
  const data = bench.data("errors");

  const hard = (container) => {
    const kinds = [
      { title: "Missed by every model", rows: () => data.missed },
      { title: "Missed by most", rows: () => data.hardest },
      { title: "Only one right", rows: (model) => data.alone_right[model], alone: true },
      { title: "Only one wrong", rows: (model) => data.alone_wrong[model], alone: true },
    ];
    const models = Object.keys(data.alone_right);
    const usable = kinds.filter((kind) => !kind.alone || models.length);
    const place = bench.el("div");
    const select = bench.el("select", {}, ...models.map((name) => bench.el("option", {}, name)));
    const label = bench.el("label", {}, "Model ", select);
    const buttons = usable.map((kind) =>
      bench.el("button", { type: "button", class: "quiet", onclick: () => show(kind) }, named(kind)),
    );
    let current = usable[0];

    const show = (kind) => {
      current = kind;
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", usable[i] === kind));
      label.hidden = !kind.alone;
      const { indices, total } = kind.rows(select.value);
      bench.gallery(place, indices, { total, models: kind.alone ? [select.value] : [] });
    };

    select.addEventListener("change", () => show(current));
    const tools = bench.el("div", { class: "tools", role: "group", "aria-label": `Which ${data.noun}` }, ...buttons, label);
    container.replaceChildren(tools, place);
    show(usable.find((kind) => kind.alone || kind.rows().total) ?? usable[0]);
  };

  const named = (kind) => (kind.alone ? kind.title : `${kind.title}: ${kind.rows().total.toLocaleString("en")}`);

  const doubted = (container) => {
    const note = (index) => {
      const [label, other] = [bench.atlas.truth(index), bench.atlas.suggested(index)];
      return `${bench.atlas.classes[label]}, or ${bench.atlas.classes[other]}?`;
    };
    bench.gallery(container, data.doubted.indices, { total: data.doubted.total, note });
  };

  // A slider over the number of corrected labels; the table follows.
  const corrected = (container) => {
    const { steps, models } = data.corrected;
    const caption = bench.el("caption", { "aria-live": "polite" });
    const cells = models.map(() => [bench.el("td"), bench.el("td")]);
    const heads = ["Model", "Accuracy", "Corrected (change in points)", "Left out (change)"].map((name) => bench.el("th", { scope: "col" }, name));
    const lines = models.map((model, i) =>
      bench.el("tr", {}, bench.el("th", { scope: "row" }, model.name), bench.el("td", {}, bench.number(model.accuracy)), ...cells[i]),
    );
    const slider = bench.el("input", { type: "range", id: "corrected-k", min: 0, max: steps.length - 1, step: 1 });

    const show = () => {
      const step = Number(slider.value);
      caption.textContent = `Accuracy if the first ${steps[step]} doubted labels were corrected, or left out`;
      slider.setAttribute("aria-valuetext", `${steps[step]} labels`);
      models.forEach((model, i) => {
        cells[i][0].textContent = changed(model.corrected[step], model.accuracy);
        cells[i][1].textContent = changed(model.left_out[step], model.accuracy);
      });
    };

    slider.value = steps.length - 1;
    slider.addEventListener("input", show);
    container.replaceChildren(
      bench.el("label", { for: "corrected-k" }, "Labels corrected, the most doubtful first"),
      slider,
      bench.el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Accuracy after correction" },
        bench.el("table", { class: "numbers" }, caption, bench.el("thead", {}, bench.el("tr", {}, ...heads)), bench.el("tbody", {}, ...lines))),
    );
    show();
  };

  const changed = (value, before) => {
    const points = 100 * (value - before);
    return `${bench.number(value)} (${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)})`;
  };

  if (data && bench.gallery) {
    hard(document.getElementById("hard-rows"));
    const rows = document.getElementById("doubted-rows");
    if (rows) {
      doubted(rows);
      corrected(document.getElementById("corrected-labels"));
    }
  }
}
