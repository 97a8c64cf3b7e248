"use strict";
(() => {
  const PEN = 19, INK = "#14181f", PAPER = "#ffffff", PAUSE_MS = 120, LARGEST_FILE = 20e6;
  const section = document.getElementById("draw");
  const canvas = document.getElementById("draw-canvas");
  const seen = document.getElementById("draw-seen");
  const status = document.getElementById("draw-status");
  const rows = [...section.querySelectorAll("[data-model]")];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let last = null, drawn = false, waiting = false, asking = false, turn = 0;

  clear();
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; });
  document.getElementById("draw-clear").addEventListener("click", clear);
  document.getElementById("draw-file").addEventListener("change", (event) => {
    open(event.target.files[0]);
    event.target.value = "";
  });
  canvas.addEventListener("dragover", (event) => { event.preventDefault(); canvas.classList.add("over"); });
  canvas.addEventListener("dragleave", () => canvas.classList.remove("over"));
  canvas.addEventListener("drop", (event) => {
    event.preventDefault();
    canvas.classList.remove("over");
    open(event.dataTransfer.files[0]);
  });

  function clear() {
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    seen.getContext("2d").clearRect(0, 0, seen.width, seen.height);
    rows.forEach(forget);
    drawn = waiting = false;
    turn += 1;
    status.textContent = "Nothing is drawn yet.";
  }

  function begin(event) {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    dot(last);
  }

  function move(event) {
    if (!last) return;
    const steps = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    (steps.length ? steps : [event]).map(place).forEach(line);
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) * canvas.width / box.width,
      (event.clientY - box.top) * canvas.height / box.height,
    ];
  }

  // Not every browser marks a line of no length.
  function dot(place) {
    pen.fillStyle = INK;
    pen.beginPath();
    pen.arc(...place, PEN / 2, 0, 2 * Math.PI);
    pen.fill();
    changed();
  }

  function line(next) {
    pen.strokeStyle = INK;
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    changed();
  }

  async function open(file) {
    if (!file) return;
    if (file.size > LARGEST_FILE) return tell("This file is larger than 20 MB; choose a smaller image.");
    try {
      const image = await createImageBitmap(file);
      clear();
      fit(image);
      changed();
    } catch {
      tell("This file is no image that the browser can read; choose a PNG or JPEG.");
    }
  }

  // Around an image lies the colour of its corner, so that its own background goes on to the edges.
  function fit(image) {
    const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    pen.imageSmoothingEnabled = false;
    pen.drawImage(image, 0, 0, 1, 1, 0, 0, canvas.width, canvas.height);
    pen.imageSmoothingEnabled = scale < 1;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  }

  function changed() {
    drawn = waiting = true;
    if (!asking) ask();
  }

  // One question at a time; what is drawn meanwhile is asked next.
  async function ask() {
    asking = true;
    while (waiting) {
      waiting = false;
      await question(turn);
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    asking = false;
  }

  async function question(mine) {
    rows.forEach((row) => {
      row.classList.add("stale");
      if (!row.dataset.label) row.querySelector(".share").textContent = "loading…";
    });
    if (!rows.some((row) => row.dataset.label)) tell("Loading the models…");
    try {
      const response = await fetch("/answers", {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream" },
        body: pixels(),
      });
      if (!response.ok) {
        const refusal = await response.text();
        if (mine !== turn) return;
        rows.forEach(forget);
        return tell(refusal);
      }
      for await (const answer of lines(response.body)) if (mine === turn) show(answer);
    } catch {
      tell("The server has ended; start it again with bench serve.");
    } finally {
      if (mine !== turn && !drawn) rows.forEach(forget);
    }
  }

  function pixels() {
    const shades = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    return Uint8Array.from({ length: shades.length / 4 * 3 }, (_, i) => shades[i + Math.floor(i / 3)]);
  }

  async function* lines(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const whole = (text + part.value).split("\n");
      text = whole.pop();
      yield* whole.map((line) => JSON.parse(line));
    }
  }

  function show(answer) {
    if (answer.seen) return picture(answer.seen);
    const row = rows[answer.model];
    row.classList.remove("stale");
    row.classList.toggle("failed", Boolean(answer.trouble));
    row.dataset.label = answer.label ?? "";
    row.querySelector(".label").textContent = answer.label ?? "–";
    row.querySelector(".share").textContent = answer.trouble ?? answer.share;
    row.querySelector("td.second").textContent = answer.next ?? "";
    row.querySelector(".bar span").style.width = `${100 * (answer.confidence ?? 0)}%`;
    count();
  }

  function picture(shades) {
    const image = new ImageData(seen.width, seen.height);
    const bytes = atob(shades);
    for (let i = 0; i < seen.width * seen.height; i++) {
      for (let j = 0; j < 3; j++) image.data[4 * i + j] = bytes.charCodeAt(3 * i + j);
      image.data[4 * i + 3] = 255;
    }
    seen.getContext("2d").putImageData(image, 0, 0);
  }

  function count() {
    const said = rows.filter((row) => row.dataset.label);
    const votes = new Map();
    for (const row of said) votes.set(row.dataset.label, (votes.get(row.dataset.label) ?? 0) + 1);
    const [label, most] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? [];
    for (const row of said) row.classList.toggle("apart", row.dataset.label !== label);
    if (!said.length) return;
    const fresh = rows.every((row) => !row.classList.contains("stale"));
    if (fresh) tell(`${most} of ${said.length} ${said.length === 1 ? "model says" : "models say"} ${label}`);
  }

  function forget(row) {
    delete row.dataset.label;
    row.classList.remove("stale", "failed", "apart");
    row.querySelector(".label").textContent = "–";
    for (const part of row.querySelectorAll(".share, td.second")) part.textContent = "";
    row.querySelector(".bar span").style.width = "0";
  }

  function tell(text) { status.textContent = text; }
})();
