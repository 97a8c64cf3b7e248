// The last script: commands can be copied, and every section can be used from here on.
for (const command of document.querySelectorAll(".command")) {
  const text = () => command.querySelector("code").textContent;
  command.querySelector("h3").after(bench.copyButton("Copy command", text));
}
document.documentElement.dataset.ready = "";
performance.mark("interactive");
