// What merit costs: a point for each model, the front that no other model beats, and limits that choose one.
if (document.getElementById("cost-tool")) {
  const place = document.getElementById("cost-tool");
  const { metric, models } = bench.data("board");
  const COSTS = {
    fit_seconds: { title: "Fit, seconds per fold", limit: "Fit at most", say: (value) => `${bench.quantity(value)} s` },
    predict_ms_per_row: { title: "Predict, milliseconds per row", limit: "Predict at most", say: (value) => `${bench.quantity(value)} ms per row` },
    model_bytes: { title: "Model size, megabytes", limit: "Model at most", say: (value) => `${bench.quantity(value / 1e6)} MB` },
  };
  const limits = {};
  let by = "fit_seconds";

  const known = (key) => models.map((model) => model[key]).filter((value) => value > 0);
  const within = (model) =>
    Object.entries(limits).every(([key, limit]) => limit === null || (model[key] != null && model[key] <= limit));

  // Shares bunch near one: on a logit scale 0.99 and 0.999 are as far apart as 0.9 and 0.99.
  const logit = (value) => Math.log(Math.min(Math.max(value, 1e-3), 1 - 1e-5) / (1 - Math.min(Math.max(value, 1e-3), 1 - 1e-5)));
  const merit = metric.share ? logit : (value) => (metric.greater_is_better ? value : -value);
  const SHARES = [0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995];

  const decades = (low, high, steps) => {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
      for (const step of steps) ticks.push(step * 10 ** power);
    return ticks.filter((tick) => tick >= low && tick <= high);
  };
  const meritTicks = (low, high) => {
    if (metric.share) return SHARES.filter((tick) => logit(tick) >= low && logit(tick) <= high);
    const step = 10 ** Math.floor(Math.log10((high - low) || 1));
    const values = [];
    for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) values.push(metric.greater_is_better ? tick : -tick);
    return values;
  };

  const draw = () => {
    const width = Math.max(300, Math.min(canvas.clientWidth, 1100));
    const height = Math.max(320, Math.min(460, width * 0.55));
    const edge = { left: 52, right: 16, top: 12, bottom: 42 };
    const drawn = models.filter((model) => model[by] > 0 && model.mean != null);
    const costs = drawn.map((model) => Math.log(model[by]));
    const merits = drawn.flatMap((model) => [model.low ?? model.mean, model.high ?? model.mean].map(merit));
    const range = (values) => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const margin = (high - low || 1) * 0.07;
      return [low - margin, high + margin];
    };
    const [x0, x1] = range(costs);
    const [y0, y1] = range(merits);
    const x = (value) => edge.left + ((Math.log(value) - x0) / (x1 - x0)) * (width - edge.left - edge.right);
    const y = (value) => height - edge.bottom - ((merit(value) - y0) / (y1 - y0)) * (height - edge.top - edge.bottom);

    const unit = by === "model_bytes" ? 1e6 : 1;
    const text = (at, down, content, anchor, name = "tick") =>
      bench.svg("text", { x: at, y: down, "text-anchor": anchor, class: name }, content);
    const axes = bench.svg("g", { class: "axes" });
    for (const tick of decades(Math.exp(x0) / unit, Math.exp(x1) / unit, width < 560 ? [1] : [1, 3])) {
      axes.append(bench.svg("path", { d: `M${x(tick * unit)} ${edge.top}V${height - edge.bottom}` }));
      axes.append(text(x(tick * unit), height - edge.bottom + 16, String(Number(tick.toPrecision(1))), "middle"));
    }
    for (const tick of meritTicks(y0, y1)) {
      axes.append(bench.svg("path", { d: `M${edge.left} ${y(tick)}H${width - edge.right}` }));
      axes.append(text(edge.left - 7, y(tick) + 4, String(Number(tick.toPrecision(4))), "end"));
    }
    axes.append(text((edge.left + width - edge.right) / 2, height - 6, `${COSTS[by].title} (log scale)`, "middle", "label"));

    const front = drawn.filter((model) => model.front.includes(by)).sort((one, other) => one[by] - other[by]);
    const steps = front.map((model, i) => (i ? `H${x(model[by])}V${y(model.mean)}` : `M${x(model[by])} ${y(model.mean)}`));
    const line = bench.svg("path", { class: "front", d: steps.join("") });

    const label = `${metric.title} against ${COSTS[by].title.toLowerCase()}. On the front: ${front.map((model) => model.name).join(", ")}.`;
    const picture = bench.svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, axes, line);
    const taken = drawn.map((model) => [x(model[by]) - 7, y(model.mean) - 7, x(model[by]) + 7, y(model.mean) + 7]);
    for (const model of drawn) picture.append(mark(model, x(model[by]), y, within(model)));
    for (const model of drawn) picture.append(name(model, x(model[by]), y(model.mean), taken, width - edge.right));
    canvas.replaceChildren(picture);
  };

  const SHAPES = { deep: "M0-7L7 0L0 7L-7 0Z", ensemble: "M-5.5-5.5H5.5V5.5H-5.5Z" };
  const mark = (model, at, y, fits) => {
    const tip = bench.svg("title", {}, `${model.name}: ${bench.number(model.mean)}, ${COSTS[by].say(model[by])}`);
    const group = bench.svg("g", { class: fits ? "mark" : "mark out", color: bench.colour(model.hue) }, tip);
    if (model.low != null) group.append(bench.svg("path", { class: "span", d: `M${at} ${y(model.low)}V${y(model.high)}` }));
    const where = { transform: `translate(${at} ${y(model.mean)})` };
    const shape = SHAPES[model.family] ? bench.svg("path", { d: SHAPES[model.family], ...where }) : bench.svg("circle", { r: 5.5, ...where });
    group.append(shape);
    return group;
  };

  // A name stands on the first side of its mark where nothing else does.
  const name = (model, at, down, taken, right) => {
    const wide = 6.6 * model.name.length;
    const sides = [[10, 4, "start"], [-10, 4, "end"], [0, -11, "middle"], [0, 20, "middle"], [10, -8, "start"], [10, 16, "start"], [-10, -8, "end"], [-10, 16, "end"]];
    const box = ([dx, dy, anchor]) => {
      const left = at + dx - { start: 0, end: wide, middle: wide / 2 }[anchor];
      return [left, down + dy - 11, left + wide, down + dy + 3];
    };
    const free = (side) => {
      const [a, b, c, d] = box(side);
      return a > 46 && c < right + 10 && taken.every(([e, f, g, h]) => c < e || a > g || d < f || b > h);
    };
    const side = sides.find(free);
    if (!side) return bench.svg("g");
    taken.push(box(side));
    const [dx, dy, anchor] = side;
    return bench.svg("text", { x: at + dx, y: down + dy, "text-anchor": anchor, class: within(model) ? "who" : "who out" }, model.name);
  };

  const conclude = () => {
    const fitting = models.filter((model) => within(model) && !model.stamp);
    const best = fitting[0];
    if (!best) return answer.replaceChildren("No ranked model is within these limits.");
    const costs = Object.keys(COSTS).filter((key) => best[key] != null).map((key) => COSTS[key].say(best[key]));
    const shares = (model) => [...model.letters].some((letter) => best.letters.includes(letter));
    const tied = fitting.slice(1).filter(shares).map((model) => model.name);
    answer.replaceChildren(
      Object.values(limits).every((limit) => limit === null) ? "Without limits " : "Within these limits ",
      bench.el("strong", {}, best.name),
      tied.length ? ` leads, in a tie with ${tied.join(", ")}` : " is best",
      `: ${bench.number(best.mean)} (${costs.join(", ")}). ${fitting.length} of ${models.length} ranked models fit.`,
    );
  };

  const update = () => {
    draw();
    conclude();
  };

  // The slider runs over the logarithm of the cost; its right end is no limit.
  const slider = (key) => {
    const values = known(key);
    const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
    const input = bench.el("input", { type: "range", min: 0, max: 100, value: 100, step: 1, id: `limit-${key}` });
    const shown = bench.el("output", { for: input.id }, "any");
    limits[key] = null;
    input.addEventListener("input", () => {
      const share = Number(input.value) / 100;
      // A little more than the value itself, so that its own model is within.
      limits[key] = share === 1 ? null : Math.exp(low + share * (high - low)) * 1.0001;
      shown.textContent = limits[key] === null ? "any" : COSTS[key].say(limits[key]);
      input.setAttribute("aria-valuetext", shown.textContent);
      update();
    });
    return bench.el("div", { class: "limit" }, bench.el("label", { for: input.id }, COSTS[key].limit, " "), shown, input);
  };

  const canvas = bench.el("div", { class: "drawing" });
  const answer = bench.el("p", { class: "answer", "aria-live": "polite" });
  const usable = Object.keys(COSTS).filter((key) => known(key).length > 1);
  const select = bench.el("select", { id: "cost-by" }, usable.map((key) => bench.el("option", { value: key }, COSTS[key].title)));
  select.addEventListener("change", () => {
    by = select.value;
    update();
  });
  const choice = bench.el("div", { class: "tools" }, bench.el("label", { for: "cost-by" }, "Across:"), select);
  const budget = bench.el("div", { class: "limits" }, usable.map(slider));
  place.replaceChildren(choice, canvas, budget, answer);
  update();
  addEventListener("resize", update);
}
