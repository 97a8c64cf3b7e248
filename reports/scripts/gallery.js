// A grid of rows of the atlas, each a button that opens every model's answer to it.
{
  const STEP = 24;
  const ZOOM = 8;
  const atlas = bench.atlas;

  // Fill a container with the rows at `indices` of the atlas.
  // title: heading above; models: whose answers stand below each image; limit: how many at first, and more with
  // each press; total: how many there are, if the atlas does not hold all; note: a
  // function from index to text, instead of answers.
  const gallery = (container, indices, { title, models = [], limit = STEP, total, note } = {}) => {
    const list = bench.el("ul", { class: atlas.hasImages ? "tiles" : "tiles plain-tiles" });
    const more = bench.el("button", { type: "button", class: "quiet" });
    const count = bench.el("p", { class: "faint count", "aria-live": "polite" });

    const extend = () => {
      const start = list.children.length;
      const next = indices.slice(start, start + limit);
      list.append(...next.map((index, i) => tile(index, models, note, () => open(indices, start + i))));
      const left = indices.length - list.children.length;
      more.hidden = left === 0;
      more.textContent = `Show ${Math.min(left, limit)} more`;
      count.textContent = counted(list.children.length, indices.length, total ?? indices.length);
    };

    more.addEventListener("click", () => {
      const start = list.children.length;
      extend();
      list.children[start].querySelector("button").focus();
    });
    container.replaceChildren(...(title ? [bench.el("h3", {}, title)] : []), count, list, more);
    extend();
  };

  const counted = (shown, kept, total) => {
    if (!total) return "None.";
    const all = total > kept ? `${kept.toLocaleString("en")} kept, of ${total.toLocaleString("en")}` : kept;
    return shown === total ? `All ${total} shown.` : `${shown} of ${all.toLocaleString("en")} shown.`;
  };

  const tile = (index, models, note, press) => {
    const button = bench.el(
      "button",
      { type: "button", class: "tile", "aria-label": atlas.text(index, models), "aria-haspopup": "dialog", onclick: press },
      atlas.hasImages ? atlas.image(index) : bench.el("span", {}, `row ${atlas.row(index)}`),
      bench.el("span", { class: "caption" }, note ? note(index) : captions(index, models)),
    );
    return bench.el("li", {}, button);
  };

  // "4 → 9", and how sure the one model is; of several models, each answer in its colour; of none, what most
  // that are wrong say.
  const captions = (index, models) => {
    const truth = bench.el("span", { class: "faint" }, `${atlas.classes[atlas.truth(index)]} → `);
    if (models.length > 1) return [truth, ...models.map((model) => said(model, index))];
    const answer = models.length ? atlas.answer(models[0], index) : atlas.takenFor(index);
    const sure = models.length ? atlas.confidence(models[0], index) : null;
    const percent = sure === null ? null : bench.el("span", { class: "faint sure" }, `${sure}\u00a0%`);
    return [truth, bench.el("strong", {}, atlas.classes[answer] ?? "–"), percent];
  };

  const said = (model, index) => bench.el("span", { class: "said" }, dot(model), answered(model, index));
  const answered = (model, index) => atlas.classes[atlas.answer(model, index)];
  const dot = (model) => bench.el("span", { class: `swatch hue-${atlas.hue(model)}` });

  // One panel for all galleries; the browser keeps the focus in it and gives it back.
  const body = bench.el("div", { class: "answers-body" });
  const head = bench.el("h2", { id: "answers-head" });
  const back = bench.el("button", { type: "button", class: "quiet" }, "Previous");
  const forth = bench.el("button", { type: "button", class: "quiet" }, "Next");
  const close = bench.el("button", { type: "button", class: "quiet", onclick: () => panel.close() }, "Close");
  const panel = bench.el(
    "dialog",
    { class: "answers", "aria-labelledby": "answers-head" },
    head,
    body,
    bench.el("div", { class: "tools" }, back, forth, bench.el("span", { class: "spring" }), close),
  );
  let shown = [];
  let place = 0;

  const open = (indices, at) => {
    shown = indices;
    show(at);
    panel.showModal();
    close.focus();
  };

  const show = (at) => {
    place = at;
    const index = shown[at];
    head.textContent = `Row ${atlas.row(index)}: true ${atlas.classes[atlas.truth(index)]}`;
    body.replaceChildren(...[picture(index), doubt(index), answers(index)].filter(Boolean));
    back.disabled = at === 0;
    forth.disabled = at === shown.length - 1;
  };

  const step = (by) => {
    if (shown[place + by] !== undefined) show(place + by);
  };

  const picture = (index) => {
    if (!atlas.hasImages) return null;
    const canvas = atlas.image(index);
    canvas.removeAttribute("aria-hidden");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Row ${atlas.row(index)}`);
    canvas.style.width = `${Math.min(canvas.width * ZOOM, 224)}px`;
    return canvas;
  };

  const doubt = (index) => {
    const suggested = atlas.suggested(index);
    if (suggested === undefined) return null;
    const text = `The label is doubted: all models together suggest ${atlas.classes[suggested]}.`;
    return bench.el("p", { class: "note stamp" }, text);
  };

  const answers = (index) =>
    bench.el(
      "table",
      { class: "numbers" },
      bench.el("caption", { class: "hidden" }, "What every model says"),
      bench.el("thead", {}, bench.el("tr", {}, ...["Model", "Says", "Confidence"].map((name) => bench.el("th", { scope: "col" }, name)))),
      bench.el("tbody", {}, ...atlas.models.map((model) => line(model, index))),
    );

  const line = (model, index) => {
    const right = atlas.isRight(model, index);
    const sure = atlas.confidence(model, index);
    return bench.el(
      "tr",
      {},
      bench.el("th", { scope: "row" }, dot(model), model),
      bench.el("td", { class: right ? "right" : "false" }, answered(model, index), right ? " ✓" : " ✗", bench.el("span", { class: "hidden" }, right ? "right" : "wrong")),
      bench.el("td", {}, sure === null ? "–" : `${sure} %`),
    );
  };

  if (atlas) {
    back.addEventListener("click", () => step(-1));
    forth.addEventListener("click", () => step(1));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") step(-1);
      if (event.key === "ArrowRight") step(1);
    });
    panel.addEventListener("click", (event) => {
      if (event.target === panel) panel.close();
    });
    document.body.append(panel);
    bench.gallery = gallery;
  }
}
