// The rows that galleries show, by their indices in the atlas; null if no model misses any row.
{
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  class Atlas {
    constructor(data) {
      this.data = data;
      this.classes = data.classes;
      this.models = data.models.map((model) => model.name);
      this.count = data.places.length;
      this.hasImages = data.sheets.length > 0;
      this.byModel = new Map(data.models.map((model) => [model.name, this.decoded(model)]));
      this.truths = this.classesOf(data.truth);
      this.sheets = new Map();
    }

    row(index) {
      return this.data.rows[index];
    }

    // The true class, as a position in `classes`.
    truth(index) {
      return this.truths[index];
    }

    // What a model says, as a position in `classes`.
    answer(model, index) {
      return this.byModel.get(model).answers[index];
    }

    // In percent; null for decision scores.
    confidence(model, index) {
      return this.byModel.get(model).confidence?.[index] ?? null;
    }

    isRight(model, index) {
      return this.answer(model, index) === this.truth(index);
    }

    hue(model) {
      return this.byModel.get(model).hue;
    }

    // The class that all models together suggest for a doubted label; undefined if it is not doubted.
    suggested(index) {
      return this.data.doubted[index];
    }

    // Rows that a model takes for another class, both as positions in `classes`: the surest first.
    wrong(model, truth, predicted) {
      const found = this.mistakes(model);
      return found.filter((i) => this.truth(i) === truth && this.answer(model, i) === predicted);
    }

    // All wrong rows of a model in the atlas, the surest first.
    mistakes(model) {
      const { worst } = this.byModel.get(model);
      const listed = new Set(worst);
      const rest = this.filter((i) => !this.isRight(model, i) && !listed.has(i));
      const sure = (i) => this.confidence(model, i) ?? 0;
      return [...worst, ...rest.sort((a, b) => sure(b) - sure(a))];
    }

    // Rows that the first model gets right and all others miss: the surest of the second first.
    onlyRight(model, ...others) {
      const missed = (i) => others.every((other) => !this.isRight(other, i));
      return this.mistakes(others[0]).filter((i) => this.isRight(model, i) && missed(i));
    }

    // The most common wrong answer, as a position in `classes`; undefined if no model is wrong.
    takenFor(index) {
      const votes = new Map();
      for (const model of this.models.filter((name) => !this.isRight(name, index))) {
        const answer = this.answer(model, index);
        votes.set(answer, (votes.get(answer) ?? 0) + 1);
      }
      return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
    }

    // "row 12: true 4, svm-hog says 9"; without models, how many are wrong and what most of these say.
    text(index, models) {
      const said = models.map((model) => `${model} says ${this.classes[this.answer(model, index)]}`);
      const wrong = this.models.filter((model) => !this.isRight(model, index)).length;
      if (!said.length) said.push(`${wrong} of ${this.models.length} models wrong`);
      if (!models.length && wrong) said.push(`mostly taken for ${this.classes[this.takenFor(index)]}`);
      return `row ${this.row(index)}: true ${this.classes[this.truth(index)]}, ${said.join(", ")}`;
    }

    // A canvas with the image, drawn as soon as its sheet is decoded.
    image(index) {
      const [width, height] = this.data.tile;
      const canvas = bench.el("canvas", { width, height, "aria-hidden": "true" });
      const place = index % this.data.n_per_sheet;
      const x = (place % this.data.n_columns) * width;
      const y = Math.floor(place / this.data.n_columns) * height;
      this.sheet(Math.floor(index / this.data.n_per_sheet)).then((sheet) => {
        canvas.getContext("2d").drawImage(sheet, x, y, width, height, 0, 0, width, height);
        canvas.dataset.drawn = "";
      });
      return canvas;
    }

    sheet(number) {
      if (!this.sheets.has(number)) {
        const sheet = new Image();
        sheet.src = this.data.sheets[number];
        this.sheets.set(number, sheet.decode().then(() => sheet));
      }
      return this.sheets.get(number);
    }

    filter(test) {
      return this.data.places.map((_, index) => index).filter(test);
    }

    decoded({ hue, worst, answers, confidence }) {
      return { hue, worst, answers: this.classesOf(answers), confidence: confidence && bytes(confidence) };
    }

    // Positions of classes: a byte each, or two, low first, if there are many classes.
    classesOf(text) {
      const found = bytes(text);
      if (this.classes.length <= 256) return found;
      return Uint16Array.from({ length: found.length / 2 }, (_, i) => found[2 * i] + 256 * found[2 * i + 1]);
    }
  }

  const data = bench.data("atlas");
  bench.atlas = data && new Atlas(data);
}
