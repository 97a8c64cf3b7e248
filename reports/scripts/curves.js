// Curves of the complete models, as the comparison and the models' sections draw them; null if there are none.
// A place is a position among the classes that occur; null stands for the mean over them.
{
  const SCALE = 10000;
  const WHOLE = { scale: "linear", x: [0, 1], y: [0, 1] };
  const data = bench.data("comparison");
  const mean = (lines) => lines[0].map((_, i) => lines.reduce((sum, line) => sum + line[i], 0) / lines.length);

  bench.curves = data && {
    ...data,

    hint() {
      return bench.el("span", { class: "faint" }, "Point at a chart, or use the arrow keys on it, to read its values.");
    },

    model(anchor) {
      return data.models.find((model) => model.anchor === anchor);
    },

    className(place) {
      return data.classes[data.present[place]];
    },

    points(model, kind, place) {
      const { values } = model[kind];
      const line = place == null ? mean(values) : values[place];
      return data.kinds[kind].grid.map((x, i) => [x, line[i] / SCALE]);
    },

    area(model, kind, place) {
      return bench.number(place == null ? model[kind].area : model[kind].areas[place]);
    },

    // Options of a chart of some series, in the corner where good models differ or whole.
    options(kind, series, corner, about) {
      const { title, x, y, area, chance, corner: enlarged } = data.kinds[kind];
      const shown = corner ? enlarged : WHOLE;
      const name = shown.scale === "log" ? `${x} (log scale)` : x;
      const diagonal = { quiet: true, dash: "3 3", points: [[0, 0], [1, 1]] };
      return {
        label: `${title} of ${about}. Arrow keys read the points.`,
        series: chance ? [...series, diagonal] : series,
        x: { label: name, min: shown.x[0], max: shown.x[1], scale: shown.scale },
        y: { label: y, min: shown.y[0], max: shown.y[1] },
        legend: area,
      };
    },

    // A select of all classes or one; nothing where there is only one to show.
    picker(change) {
      if (data.present.length < 2) return null;
      const some = data.present.map((_, place) => bench.el("option", { value: place }, `${this.className(place)} against the rest`));
      const select = bench.el("select", {}, bench.el("option", { value: "" }, "All classes (macro)"), some);
      select.addEventListener("change", () => change(select.value === "" ? null : Number(select.value)));
      return bench.el("label", { class: "field" }, "Class ", select);
    },

    // A button that is pressed or not.
    toggle(label, pressed, change) {
      const button = bench.el("button", { type: "button", class: "quiet", "aria-pressed": String(pressed) }, label);
      button.addEventListener("click", () => {
        const now = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(now));
        change(now);
      });
      return button;
    },

    // A card with a heading and an empty place below it.
    card(title, ...more) {
      const place = bench.el("div");
      return { place, element: bench.el("div", { class: "card" }, bench.el("h3", {}, title), place, ...more) };
    },
  };
}
