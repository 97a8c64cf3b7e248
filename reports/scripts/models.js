// Each model's charts, drawn when its section is first opened, and what its tables can do.
if (bench.curves) {
  const curves = bench.curves;
  let details = null;
  const detailsOf = (anchor) => (details ??= bench.data("models"))[anchor];

  const open = (section) => {
    const place = section.querySelector(".curves");
    if (!place || place.hasChildNodes()) return;
    const model = curves.model(place.dataset.model);
    const found = detailsOf(place.dataset.model);
    const parts = [...curveCards(model), thresholdCard(model, found.thresholds), ...calibrationCards(model, found.calibration)];
    const state = { place: null, corner: model.roc.near };
    const draw = () => parts.forEach((part) => part.draw(state));
    const change = (name) => (value) => {
      state[name] = value;
      draw();
    };
    const zoom = curves.toggle("Zoom to the corner", state.corner, change("corner"));
    const matrix = section.querySelector(".matrix");
    place.append(
      bench.el("div", { class: "tools" }, curves.picker(change("place")), zoom, curves.hint()),
      bench.el("div", { class: "grid" }, parts.map((part) => part.element), matrix?.closest(".card")),
    );
    draw();
    if (matrix) bench.matrix(matrix, model);
  };

  // A card whose chart is made at the first drawing and changed by the next ones.
  const chartCard = (title, options, ...more) => {
    const { place, element } = curves.card(title, ...more);
    let chart = null;
    const draw = (state) => {
      if (chart) chart.update(options(state));
      else chart = bench.chart(place, options(state));
    };
    return { element, draw };
  };

  const curveCards = (model) => Object.entries(curves.kinds).map(([kind, { title }]) =>
    chartCard(title, ({ place, corner }) => curves.options(kind, lines(model, kind, place), corner, model.name)));

  const lines = (model, kind, place) => {
    const line = (at, name, more) => ({ name, points: curves.points(model, kind, at), value: curves.area(model, kind, at), ...more });
    if (curves.present.length === 1) return [line(0, curves.className(0), { hue: model.hue })];
    const all = (look) => line(null, "All classes (macro)", look);
    if (place != null) return [line(place, `${curves.className(place)} against the rest`, { hue: model.hue }), all({ dash: "6 3" })];
    return [all({ hue: model.hue }), ...curves.present.map((_, i) => line(i, "", { quiet: true }))];
  };

  // Precision, recall and F1 of "is this class" from a threshold on, which the reader moves.
  const thresholdCard = (model, found) => {
    const name = found.kind === "probability" ? "Probability threshold" : "Decision threshold";
    const value = (i) => found.low + ((found.high - found.low) * i) / (found.n - 1);
    const slider = bench.el("input", { type: "range", min: 0, max: found.n - 1, "aria-label": name });
    const told = bench.el("div", { role: "status" });
    const best = bench.el("button", { type: "button", class: "quiet" }, "Best F1 on these rows");
    let place = null;
    const curve = (part) => Array.from({ length: found.n }, (_, i) => [value(i), measured(found, place, i)[part]]);
    const series = () => ["precision", "recall", "F1"].map((part, i) => ({ name: part, hue: model.hue, dash: [null, "7 3", "2 3"][i], points: curve(part) }));
    const options = () => ({
      label: `Precision, recall and F1 of ${model.name} by threshold. Arrow keys read the points.`,
      series: series(),
      guides: guides(),
      x: { label: name.toLowerCase(), min: found.low, max: found.high },
      y: { label: place == null ? "mean of the classes" : curves.className(place), min: 0, max: 1 },
    });
    const guides = () => [{ x: value(Number(slider.value)), label: bench.plain(value(Number(slider.value))) }];
    const move = () => {
      const at = Number(slider.value);
      slider.setAttribute("aria-valuetext", bench.plain(value(at)));
      told.replaceChildren(reading(measured(found, place, at), value(at), place));
      chart.draw({ place, moved: true });
    };
    const toBest = () => {
      const scores = curve("F1").map((point) => point[1]);
      slider.value = scores.indexOf(Math.max(...scores));
      move();
    };
    const chart = chartCard("Precision and recall by threshold", (state) => (state.moved ? { guides: guides() } : options()), bench.el("div", { class: "slide" }, slider, best), told);
    best.addEventListener("click", toBest);
    slider.addEventListener("input", move);
    const draw = (state) => {
      place = curves.present.length === 1 ? 0 : state.place;
      chart.draw({ place });
      toBest();
    };
    return { element: chart.element, draw };
  };

  const measured = ({ said, found, there }, place, i) => {
    const one = (k) => ({
      precision: said[k][i] ? found[k][i] / said[k][i] : null,
      recall: found[k][i] / there[k],
      F1: (2 * found[k][i]) / (said[k][i] + there[k]),
      said: said[k][i],
    });
    if (place != null) return one(place);
    const all = said.map((_, k) => one(k));
    const mean = (part) => {
      const known = all.map((item) => item[part]).filter((item) => item != null);
      return known.length ? known.reduce((sum, item) => sum + item, 0) / known.length : null;
    };
    const total = all.reduce((sum, item) => sum + item.said, 0);
    return { precision: mean("precision"), recall: mean("recall"), F1: mean("F1"), said: total };
  };

  const reading = (found, threshold, place) => {
    const shown = {
      Threshold: bench.plain(threshold),
      Precision: bench.number(found.precision),
      Recall: bench.number(found.recall),
      F1: bench.number(found.F1),
      [place == null ? "Called, all classes" : `Called ${curves.className(place)}`]: found.said.toLocaleString("en"),
    };
    const parts = Object.entries(shown).map(([name, text]) => bench.el("div", {}, bench.el("dt", {}, name), bench.el("dd", {}, text)));
    return bench.el("dl", { class: "reading" }, parts);
  };

  const calibrationCards = (model, found) => (found ? [reliabilityCard(model, found), coverageCard(model, found)] : []);

  const reliabilityCard = (model, { bins, ece, scores }) => {
    const lowest = Math.floor(100 * Math.min(...bins.map((bin) => Math.min(bin[0], bin[2])))) / 100;
    const highest = 1 + 0.02 * (1 - lowest);
    const dots = bins.map(([sure, right, , , n]) => [sure, right, `${n.toLocaleString("en")} ${curves.noun}`]);
    const bars = bins.map(([sure, , low, high]) => ({ quiet: true, points: [[sure, low], [sure, high]] }));
    const diagonal = { quiet: true, dash: "3 3", points: [[lowest, lowest], [1, 1]] };
    const about = `Expected calibration error ${bench.number(ece)}. Bins of equally many ${curves.noun}; ${scores}.`;
    return chartCard("Calibration: is it as often right as it says?", () => ({
      label: `Reliability of ${model.name}. ${about} Arrow keys read the points.`,
      series: [{ name: "bins", hue: model.hue, dots: true, points: dots }, ...bars, diagonal],
      x: { label: "mean confidence", min: lowest, max: highest },
      y: { label: "share right", min: lowest, max: highest },
      legend: false,
    }), bench.el("p", { class: "faint about" }, about));
  };

  const coverageCard = (model, { answered }) => {
    const [coverage, risk] = answered.reduce((best, step) => (Math.abs(step[0] - 0.9) < Math.abs(best[0] - 0.9) ? step : best));
    const about = `Of the surest ${Math.round(100 * coverage)} % of ${curves.noun}, ${(100 * risk).toFixed(2)} % are wrong.`;
    return chartCard("Risk and coverage: were it silent where it is least sure", () => ({
      label: `Share wrong of ${model.name} by share answered. ${about} Arrow keys read the points.`,
      series: [{ name: model.name, hue: model.hue, points: answered.map((step) => [step[0], step[1]]) }],
      x: { label: "share answered, surest first", min: 0, max: 1 },
      y: { label: "share wrong", min: 0, format: (value) => `${bench.plain(100 * value)} %` },
      legend: false,
    }), bench.el("p", { class: "faint about" }, about));
  };

  const sections = document.querySelectorAll("details.model");
  for (const section of sections) {
    section.addEventListener("toggle", () => section.open && open(section));
    if (section.open) open(section);
  }
  addEventListener("beforeprint", () => sections.forEach(open));
}
