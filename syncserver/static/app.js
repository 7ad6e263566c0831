// The little that the pages do by themselves: fragments that refresh, forms that are sent once, text to copy.
"use strict";

const REFRESH_S_MIN = 2;

for (const part of document.querySelectorAll("[data-refresh]")) {
  const every = Math.max(Number(part.dataset.every) || 10, REFRESH_S_MIN) * 1000;
  const state = document.querySelector("[data-refresh-state]");
  const say = (text) => { if (state && state.textContent !== text) state.textContent = text; };
  const load = async () => {
    // Nothing is exchanged under somebody's hands: not while the page is hidden or a field in it is in use.
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const reply = await fetch(part.dataset.refresh, { headers: { "X-Fragment": "1" } });
      if (reply.status === 401) { location.reload(); return; }
      if (!reply.ok) { say("Not up to date: the server answers with an error."); return; }
      part.innerHTML = await reply.text();
      say("");
    } catch { say("Not up to date: the server cannot be reached."); }
  };
  setInterval(load, every);
  document.addEventListener("visibilitychange", load);
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
