// A confusion matrix that changes between counts and shares, and whose cells open their images.
{
  bench.matrix = (table, model) => {
    const region = table.closest(".scroll");
    const images = bench.el("div", { class: "cell-images" });
    const shares = model.confusion.map((row) => {
      const total = row.reduce((sum, value) => sum + value, 0) || 1;
      return row.map((value) => (100 * value) / total);
    });
    const text = (i, j, asShare) => {
      const value = model.confusion[i][j];
      if (!value && i !== j) return "";
      return asShare ? shares[i][j].toFixed(1) : value.toLocaleString("en");
    };
    const cells = [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1));
    const targets = cells.map((row, i) => row.map((cell, j) => target(cell, i, j, model, images)));
    const write = (asShare) =>
      targets.forEach((row, i) => row.forEach((element, j) => (element.textContent = text(i, j, asShare))));
    const toggle = bench.curves.toggle("Per cent of each true class", false, write);
    write(false);
    region.before(bench.el("div", { class: "tools" }, toggle));
    if (!bench.gallery) return;
    region.after(bench.el("p", { class: "faint about" }, `Press a number to see its ${bench.curves.noun}.`));
    table.closest(".curves").append(images);
  };

  // Where a cell's number stands: in a button if there is something to see behind it.
  const target = (cell, i, j, model, images) => {
    const count = model.confusion[i][j];
    if (!bench.gallery || i === j || !count) return cell;
    const { classes } = bench.curves;
    const title = `${classes[i]} taken for ${classes[j]} by ${model.name}`;
    const button = bench.el("button", { type: "button", title });
    button.addEventListener("click", () => {
      const found = bench.atlas.wrong(model.name, i, j);
      bench.gallery(images, found, { title, models: [model.name], total: count });
      images.scrollIntoView({ block: "nearest" });
    });
    cell.replaceChildren(button);
    return button;
  };
}
