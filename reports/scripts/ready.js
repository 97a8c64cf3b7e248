// The last script: every section can be used from here on.
document.documentElement.dataset.ready = "";
performance.mark("interactive");
