"use strict";

// What the scripts of all sections share: data inside the page, elements, and how numbers are written.
const bench = {
  // Data that the page carries under a name; null if there are none.
  data(name) {
    const found = document.getElementById(`data-${name}`);
    return found ? JSON.parse(found.textContent) : null;
  },

  // An element with attributes and children; text is text, never markup.
  el(tag, attributes = {}, ...children) {
    return bench.dress(document.createElement(tag), attributes, children);
  },

  svg(tag, attributes = {}, ...children) {
    return bench.dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  },

  dress(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child != null));
    return element;
  },

  colour(hue) {
    return `var(--hue-${hue})`;
  },

  // "0.9949"; a dash where there is no number.
  number(value, digits = 4) {
    return value == null ? "–" : value.toFixed(digits);
  },

  // Three significant digits, such as 0.0123, 4.56 or 1,230.
  quantity(value) {
    if (value == null) return "–";
    if (value >= 100) return Math.round(value).toLocaleString("en");
    if (value < 0.001) return value > 0 ? "<0.001" : "0";
    return value.toPrecision(3);
  },

  // A button that copies what `text` returns, and says so.
  copyButton(label, text) {
    const button = bench.el("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", async () => {
      await bench.copy(text());
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = label), 1500);
    });
    return button;
  },

  // Pages opened from disk have no clipboard in some browsers: a selection does there.
  async copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = bench.el("textarea", { "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  },
};
