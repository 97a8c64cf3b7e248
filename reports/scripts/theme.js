// Light, dark, or what the system says: in this order by the button in the navigation.
{
  const root = document.documentElement;
  const modes = ["auto", "light", "dark"];
  const button = bench.el("button", { type: "button", id: "theme", class: "quiet" });

  const show = (mode) => {
    if (mode === "auto") delete root.dataset.theme;
    else root.dataset.theme = mode;
    button.textContent = `Theme: ${mode}`;
    button.dataset.mode = mode;
  };

  button.addEventListener("click", () => {
    show(modes[(modes.indexOf(button.dataset.mode) + 1) % modes.length]);
  });
  show("auto");
  document.querySelector("nav .wrap").append(button);
}
