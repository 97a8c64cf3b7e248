// A line chart in SVG that is read by pointer, touch and arrow keys.
//
// bench.chart(container, {
//   label                text alternative
//   series               [{ name, hue, dash, points: [[x, y], ...], value, quiet, dots }, ...]
//     hue                place in the palette; without one the colour of text
//     dash               SVG dash pattern, such as "6 3"
//     value              what the legend says after the name, such as an area
//     quiet              drawn faint, neither read nor in the legend
//     dots               a marker for each point and no line; a point's third element is its own name
//   x, y                 { label, min, max, scale: "linear" or "log", ticks: [...], format: (value) => text }
//   guides               [{ x or y: value, label }, ...]: straight lines across
//   legend               its title; false for none
//   height               in CSS pixels
// }) returns { update(changes), options }; what is not given is found from the points.
{
  const PAD = { top: 10, right: 16, bottom: 40 };

  bench.chart = (container, options) => {
    const parts = {
      plot: bench.el("div", { class: "chart-plot" }),
      readout: bench.el("p", { class: "chart-readout faint", role: "status" }),
    };
    const chart = { options, update };
    let width = 0;
    function update(changes) {
      Object.assign(options, changes);
      width = container.clientWidth;
      if (width) draw(parts, options, width);
    }
    container.classList.add("chart");
    container.replaceChildren(parts.plot, parts.readout);
    new ResizeObserver(() => container.clientWidth !== width && update({})).observe(container);
    update({});
    return chart;
  };

  bench.plain = (value) => String(Number(value.toPrecision(4)));

  const written = (axis, value) => (axis.format ?? bench.plain)(value);

  function draw(parts, options, width) {
    const height = options.height ?? 300;
    const points = options.series.flatMap((series) => series.points);
    const y = scale(options.y, points.map((point) => point[1]), height - PAD.bottom, PAD.top);
    const left = 36 + 7 * Math.max(...y.ticks.map((tick) => written(options.y, tick).length), 1);
    const x = scale(options.x, points.map((point) => point[0]), left, width - PAD.right);
    const area = { left, right: width - PAD.right, top: PAD.top, bottom: height - PAD.bottom };
    const svg = bench.svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: 0, "aria-label": options.label },
      axes(options, x, y, area),
      bench.svg(
        "svg",
        inside(area),
        (options.guides ?? []).map((guide) => guideLine(guide, x, y, area)),
        [...options.series].reverse().map((series) => drawn(series, x, y)),
      ),
    );
    parts.plot.replaceChildren(svg, ...legend(options));
    parts.readout.textContent = "";
    readable(svg, parts.readout, options, x, y);
  }

  // From values to pixels: the function, its limits and its ticks.
  function scale(axis, values, from, to) {
    const log = axis.scale === "log";
    const bend = log ? Math.log10 : (value) => value;
    const [low, high] = limits(axis, values, log);
    const span = bend(high) - bend(low) || 1;
    const place = (value) => from + ((bend(value) - bend(low)) / span) * (to - from);
    const room = Math.max(2, Math.abs(to - from) / (from > to ? 45 : 70));
    const ticks = axis.ticks ?? (log ? logTicks(low, high, room) : linearTicks(low, high, room));
    return Object.assign(place, { low, high, ticks: ticks.filter((tick) => tick >= low && tick <= high) });
  }

  function limits(axis, values, log) {
    const known = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
    const low = axis.min ?? Math.min(...known);
    const high = axis.max ?? Math.max(...known);
    const margin = log ? (high / low) ** 0.05 : (high - low) * 0.05;
    const lower = axis.min ?? (log ? low / margin : low - margin);
    const upper = axis.max ?? (log ? high * margin : high + margin);
    return lower < upper ? [lower, upper] : log ? [low / 2, low * 2] : [low - 0.5, low + 0.5];
  }

  function linearTicks(low, high, room) {
    const rough = (high - low) / room;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
    const first = Math.ceil(low / step - 1e-9);
    const length = Math.floor(high / step + 1e-9) - first + 1;
    return Array.from({ length }, (_, i) => Number(((first + i) * step).toPrecision(10)));
  }

  function logTicks(low, high, room) {
    const powers = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) powers.push(power);
    const every = Math.max(1, Math.ceil(powers.length / room));
    const factors = powers.length * 3 <= room ? [1, 2, 5] : powers.length * 2 <= room ? [1, 3] : [1];
    const kept = powers.filter((power) => power % every === 0);
    return kept.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  }

  // An inner picture cuts off what lies outside of the limits.
  function inside({ left, right, top, bottom }) {
    const box = { x: left - 2, y: top - 2, width: right - left + 4, height: bottom - top + 4 };
    return { ...box, viewBox: Object.values(box).join(" ") };
  }

  function axes({ x, y }, atX, atY, { left, right, top, bottom }) {
    const text = (content, attributes) => bench.svg("text", attributes, content);
    const across = atY.ticks.flatMap((tick) => [
      bench.svg("path", { class: "grid-line", d: `M${left} ${atY(tick)}H${right}` }),
      text(written(y, tick), { x: left - 8, y: atY(tick) + 4, "text-anchor": "end" }),
    ]);
    const along = atX.ticks.flatMap((tick) => [
      bench.svg("path", { class: "grid-line", d: `M${atX(tick)} ${top}V${bottom}` }),
      text(written(x, tick), { x: atX(tick), y: bottom + 17, "text-anchor": "middle" }),
    ]);
    const middle = (top + bottom) / 2;
    const titles = [
      text(x.label, { x: (left + right) / 2, y: bottom + 35, "text-anchor": "middle" }),
      text(y.label, { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }),
    ];
    return bench.svg("g", { class: "axes", "aria-hidden": "true" }, across, along, titles);
  }

  function guideLine(guide, x, y, { left, right, top, bottom }) {
    const upright = guide.x != null;
    const d = upright ? `M${x(guide.x)} ${top}V${bottom}` : `M${left} ${y(guide.y)}H${right}`;
    const nearEnd = upright && x(guide.x) > (left + right) / 2;
    const place = upright
      ? { x: x(guide.x) + (nearEnd ? -5 : 5), y: bottom - 8, "text-anchor": nearEnd ? "end" : "start" }
      : { x: right - 4, y: y(guide.y) - 5, "text-anchor": "end" };
    const label = guide.label && bench.svg("text", place, guide.label);
    return bench.svg("g", { class: "guide" }, bench.svg("path", { d }), label);
  }

  function drawn(series, x, y) {
    const stroke = colour(series);
    const known = series.points.filter(([a, b]) => a != null && b != null);
    const places = known.map(([a, b]) => [x(a), y(b)]).filter((place) => place.every(Number.isFinite));
    if (series.dots) {
      const dots = places.map(([cx, cy]) => bench.svg("circle", { cx, cy, r: 5, fill: stroke }));
      return bench.svg("g", { class: "dots" }, dots);
    }
    const d = places.map((place) => place.map((pixel) => pixel.toFixed(1)).join(" ")).join("L");
    const kind = series.quiet ? "line quiet-line" : "line";
    return bench.svg("path", { class: kind, d: d && `M${d}`, stroke, "stroke-dasharray": series.dash });
  }

  function colour(series) {
    if (series.quiet) return "var(--rule)";
    return series.hue == null ? "var(--ink)" : bench.colour(series.hue);
  }

  function legend(options) {
    if (options.legend === false) return [];
    const items = options.series.filter((series) => !series.quiet).map((series) => {
      const sample = { d: series.dots ? "M12 5h.01" : "M0 5H24", stroke: colour(series), "stroke-dasharray": series.dash };
      const sign = bench.svg("path", { class: series.dots ? "line dot-sample" : "line", ...sample });
      const key = bench.svg("svg", { viewBox: "0 0 24 10", "aria-hidden": "true" }, sign);
      const value = series.value == null ? null : bench.el("b", {}, series.value);
      return bench.el("li", {}, key, bench.el("span", {}, series.name), value);
    });
    const title = options.legend ? bench.el("p", { class: "faint" }, options.legend) : null;
    return [bench.el("div", { class: "chart-legend" }, title, bench.el("ul", {}, items))];
  }

  // The point nearest to the pointer, or the one that the arrow keys lead to, is marked and told.
  function readable(svg, readout, options, x, y) {
    const read = options.series.filter((series) => !series.quiet && series.points.length);
    if (!read.length) return;
    const mark = bench.svg("circle", { class: "chart-mark", r: 5, visibility: "hidden" });
    svg.append(mark);
    const at = { series: 0, point: 0 };

    const tell = () => {
      const series = read[at.series];
      const [a, b, name] = series.points[at.point];
      for (const [key, value] of [["cx", x(a)], ["cy", y(b)], ["stroke", colour(series)]]) mark.setAttribute(key, value);
      mark.setAttribute("visibility", "visible");
      const words = [options.x, options.y].map((axis, i) => `${axis.label} ${written(axis, [a, b][i])}`);
      readout.textContent = `${name ?? series.name}: ${words.join(", ")}`;
    };
    const move = (event) => {
      const box = svg.getBoundingClientRect();
      const zoom = svg.viewBox.baseVal.width / box.width;
      const [px, py] = [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
      Object.assign(at, nearest(read, px, py, x, y));
      tell();
    };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerdown", move);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      at.series = (at.series + step[0] + read.length) % read.length;
      at.point = Math.min(Math.max(at.point + step[1], 0), read[at.series].points.length - 1);
      tell();
    });
  }

  function nearest(read, px, py, x, y) {
    let found = { distance: Infinity };
    read.forEach((series, i) => series.points.forEach(([a, b], j) => {
      if (a == null || b == null || a < x.low || a > x.high || b < y.low || b > y.high) return;
      const distance = Math.hypot(x(a) - px, y(b) - py);
      if (distance < found.distance) found = { distance, series: i, point: j };
    }));
    return found.distance < Infinity ? { series: found.series, point: found.point } : {};
  }
}
