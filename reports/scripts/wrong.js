// The wrong rows of each model as a gallery instead of a table, once its section is opened.
if (bench.gallery) {
  const fill = (place) => {
    const model = place.dataset.model;
    if (bench.atlas.models.includes(model)) {
      bench.gallery(place, bench.atlas.mistakes(model), { models: [model], total: Number(place.dataset.total) });
    }
  };

  for (const place of document.querySelectorAll(".wrong-rows")) {
    const section = place.closest("details");
    if (!section || section.open) fill(place);
    else section.addEventListener("toggle", () => fill(place), { once: true });
  }
}
