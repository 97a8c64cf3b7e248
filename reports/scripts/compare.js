// The chosen models side by side: curves, paired tests, what only one of them gets right.
if (bench.curves && bench.curves.models.length > 1) {
  const curves = bench.curves;
  const { models, noun } = curves;
  const MOST_ANSWERS = 3;
  const N_ALONE = 12;
  const DASHES = [null, "7 3", "2 3"];
  const count = (value) => value.toLocaleString("en");
  const signed = (value) => (value === 0 ? "" : value > 0 ? `+${count(value)}` : `−${count(-value)}`);
  // At first the best model and the best of another kind: deep, classical; ensembles are made of both.
  const families = new Map(bench.data("board").models.map((model) => [model.name, model.family]));
  const family = (model) => families.get(model.name);
  const single = models.slice(1).filter((model) => family(model) !== "ensemble");
  const rival = single.find((model) => family(model) !== family(models[0])) ?? single[0] ?? models[1];
  const state = { chosen: new Set([models[0], rival]), place: null, corner: models[0].roc.near };
  const chosen = () => models.filter((model) => state.chosen.has(model));
  const cards = Object.fromEntries(Object.entries(curves.kinds).map(([kind, { title }]) => [kind, curves.card(title)]));
  const charts = {};
  const tests = bench.el("div", { class: "stack", id: "compare-tests", "aria-live": "polite" });

  const chip = (model) => {
    const box = bench.el("input", { type: "checkbox", checked: state.chosen.has(model) });
    box.addEventListener("change", () => {
      state.chosen[box.checked ? "add" : "delete"](model);
      draw();
      tell();
    });
    return bench.el("label", { class: "chip" }, box, bench.el("span", { class: `swatch hue-${model.hue}` }), model.name);
  };

  const line = (model, kind, i) => ({
    name: model.name,
    hue: model.hue,
    dash: DASHES[i % DASHES.length],
    points: curves.points(model, kind, state.place),
    value: curves.area(model, kind, state.place),
  });

  const draw = () => {
    const about = `${chosen().length} models, ${state.place == null ? "all classes" : curves.className(state.place)}`;
    for (const [kind, { place }] of Object.entries(cards)) {
      const options = curves.options(kind, chosen().map((model, i) => line(model, kind, i)), state.corner, about);
      if (charts[kind]) charts[kind].update(options);
      else charts[kind] = bench.chart(place, options);
    }
  };

  const pairOf = (one, other) =>
    curves.pairs.find(({ a, b }) => (a === one.name && b === other.name) || (a === other.name && b === one.name));

  const tell = () => {
    const some = chosen();
    const [a, b] = some;
    if (some.length < 2) tests.replaceChildren(bench.el("p", { class: "faint" }, "Choose two models or more."));
    else if (some.length === 2) tests.replaceChildren(...duel(a, b));
    else tests.replaceChildren(neighbours(some), ...alone(some));
  };

  const neighbours = (some) => {
    const pairs = some.slice(1).map((model, i) => pairOf(some[i], model)).filter(Boolean);
    const words = pairs.map((pair) => bench.el("li", {}, `${pair.words}.`));
    const hint = bench.el("p", { class: "faint about" }, `Choose exactly two models for the difference of their confusions.`);
    return bench.el("div", { class: "card" }, bench.el("h3", {}, "Paired tests, each with the next"), bench.el("ol", { class: "sentences" }, words), hint);
  };

  const duel = (a, b) => {
    const pair = pairOf(a, b);
    const tables = bench.el("div", { class: "grid tables" }, pair && verdict(pair), difference(a, b));
    return pair ? [tables, ...images(pair)] : [tables];
  };

  const verdict = (pair) =>
    bench.el(
      "div",
      { class: "card" },
      bench.el("h3", {}, `${pair.a} against ${pair.b}`),
      bench.el("p", { class: "words" }, `${pair.words}.`),
      bench.el("dl", { class: "facts" }, fact("Difference", pair.difference), fact("p after Holm", pair.p)),
      rightness(pair),
    );

  const fact = (name, value) => [bench.el("dt", {}, name), bench.el("dd", {}, value)];

  const rightness = ({ a, b, right: [both, onlyA, onlyB, neither] }) =>
    bench.el(
      "table",
      { class: "numbers" },
      bench.el("caption", {}, `How many ${noun} each gets right`),
      bench.el("thead", {}, bench.el("tr", {}, ["", `${b} right`, `${b} wrong`].map((text) => bench.el(text ? "th" : "td", { scope: text ? "col" : null }, text)))),
      bench.el("tbody", {}, lineOf(`${a} right`, [both, onlyA].map(count)), lineOf(`${a} wrong`, [onlyB, neither].map(count))),
    );

  const lineOf = (name, cells) =>
    bench.el("tr", {}, bench.el("th", { scope: "row" }, name), cells.map((text) => bench.el("td", {}, text)));

  // Where two models' confusions differ; the colour is that of the model with more rows in the cell.
  const difference = (a, b) => {
    if (curves.classes.length > 40) return null;
    const cells = a.confusion.map((row, i) => row.map((value, j) => value - b.confusion[i][j]));
    const most = Math.max(1, ...cells.flat().map(Math.abs));
    const shaded = (value) => {
      const cell = bench.el("td", {}, signed(value));
      const share = Math.round(42 * Math.sqrt(Math.abs(value) / most));
      if (value) cell.style.background = `color-mix(in oklab, ${bench.colour((value > 0 ? a : b).hue)} ${share}%, var(--card))`;
      return cell;
    };
    const heads = ["true", ...curves.classes].map((name) => bench.el("th", { scope: "col" }, name));
    const lines = cells.map((row, i) => bench.el("tr", {}, bench.el("th", { scope: "row" }, curves.classes[i]), row.map(shaded)));
    const caption = bench.el("caption", {}, `Confusion: ${a.name} minus ${b.name}`);
    const table = bench.el("table", { class: "matrix" }, caption, bench.el("thead", {}, bench.el("tr", {}, heads)), bench.el("tbody", {}, lines));
    const legend = bench.el("p", { class: "faint about" }, more(a), " ", more(b), " On the diagonal more is better, elsewhere worse.");
    const region = bench.el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption.textContent }, table);
    return bench.el("div", { class: "card" }, region, legend);
  };

  const more = (model) => [bench.el("span", { class: `swatch hue-${model.hue}` }), `${model.name} has more.`];

  const images = ({ a, b, right }) => {
    if (!bench.gallery) return [];
    return [[a, b, right[1]], [b, a, right[2]]].map(([one, other, total]) => {
      const card = bench.el("div", { class: "card" });
      bench.gallery(card, bench.atlas.onlyRight(one, other), { title: `Only ${one} is right, not ${other}`, models: [other], total });
      return card;
    });
  };

  // Among three or more: what each gets right and all others miss, as far as the page keeps it.
  const alone = (some) => {
    if (!bench.gallery) return [];
    const about = `Below are, of the ${count(bench.atlas.count)} ${noun} that this page keeps, those that only one of the chosen models gets right.`;
    return [bench.el("p", { class: "faint about" }, about), ...some.map((model) => onlyOf(model, some))];
  };

  const onlyOf = (model, some) => {
    const others = some.filter((other) => other !== model).map((other) => other.name);
    const card = bench.el("div", { class: "card" });
    bench.gallery(card, bench.atlas.onlyRight(model.name, ...others), {
      title: `Only ${model.name} is right`,
      models: others.length > MOST_ANSWERS ? [] : others,
      limit: N_ALONE,
    });
    return card;
  };

  const zoom = curves.toggle("Zoom to the corner", state.corner, (corner) => {
    state.corner = corner;
    draw();
  });
  const picker = curves.picker((place) => {
    state.place = place;
    draw();
  });
  document.getElementById("compare").append(
    bench.el("h3", { class: "hidden" }, "Models of your choice"),
    bench.el("fieldset", { class: "chips" }, bench.el("legend", {}, "Models"), models.map(chip)),
    bench.el("div", { class: "tools" }, picker, zoom, curves.hint()),
    bench.el("div", { class: "grid" }, Object.values(cards).map((card) => card.element)),
    tests,
  );
  document.getElementById("compare-pictures").hidden = true;
  draw();
  tell();
}
