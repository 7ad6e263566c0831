// The little that the pages do by themselves: fragments that refresh, forms that are sent once, text to copy.
"use strict";

const REFRESH_S_MIN = 2;
const WAIT_MS = 600;
const LOAD_SHARE = 4; // a fragment is asked for after four times as long as the last one took
const FIELDS = "input:not([type=hidden]), select, textarea";

// Times --------------------------------------------------------------------------------------------

// Measured from what the server's clock said when it told the time, so that this machine's clock does not matter.
const due = new WeakMap();
const away = (time) => {
  if (!due.has(time)) due.set(time, performance.now() + (Date.parse(time.dateTime) - Number(time.dataset.now)));
  return due.get(time) - performance.now();
};
const two = (n) => String(n).padStart(2, "0");
const told = (ms) => {
  const s = Math.max(0, Math.ceil(ms / 1000)), h = Math.floor(s / 3600);
  if (h >= 48) return `${Math.floor(h / 24)} days`;
  return (h ? `${h}:${two(Math.floor(s / 60) % 60)}` : `${Math.floor(s / 60)}`) + `:${two(s % 60)}`;
};
const since = (ms) => {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 10) return "just now";
  const [n, word] = s < 60 ? [s, "second"] : s < 3600 ? [Math.floor(s / 60), "minute"]
    : s < 86400 ? [Math.floor(s / 3600), "hour"] : [Math.floor(s / 86400), "day"];
  return `${n} ${word}${n === 1 ? "" : "s"} ago`;
};
const tick = () => {
  for (const time of document.querySelectorAll("time[data-countdown], time[data-ago]")) {
    const left = away(time);
    const text = "ago" in time.dataset ? since(-left) : left > 0 ? told(left) : time.dataset.countdown;
    if (time.textContent !== text) time.textContent = text;
    for (const waits of left > 0 ? [] : document.querySelectorAll(`[data-opens="${time.id}"][hidden]`)) {
      if (time.id) waits.hidden = false;
    }
  }
};
tick();
setInterval(tick, 1000);

// Fragments ----------------------------------------------------------------------------------------

// Nothing is exchanged under somebody's hands: not while a field in it is in use, or a form stands open or half typed.
const inUse = (piece) => {
  const active = document.activeElement;
  if (piece.contains(active) && active.matches(FIELDS)) return true;
  for (const form of piece.querySelectorAll("form")) {
    if (form.dataset.sent || form.closest("details[open]")) return true;
    for (const field of form.querySelectorAll(FIELDS)) {
      if (field.checked !== field.defaultChecked || (field.defaultValue !== undefined && field.value !== field.defaultValue)) return true;
    }
  }
  return false;
};
const plain = (html) => html.replace(/ data-now="[^"]*"/g, "").replace(/(<time [^>]*>)[^<]*/g, "$1");
const place = (element) => element && (element.id ? `#${CSS.escape(element.id)}` : element.matches("summary")
  ? `[data-keep="${element.parentElement.dataset.keep}"] > summary` : element.matches("a[href]")
    ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : "");

function exchange(piece, html) {
  const kept = new Map([...piece.querySelectorAll("details[data-keep]")].map((d) => [d.dataset.keep, d.open]));
  const scrolled = [...piece.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
  const focus = piece.contains(document.activeElement) ? place(document.activeElement) : "";
  piece.innerHTML = html;
  for (const d of piece.querySelectorAll("details[data-keep]")) if (kept.has(d.dataset.keep)) d.open = kept.get(d.dataset.keep);
  piece.querySelectorAll(".scroll").forEach((one, i) => { one.scrollLeft = scrolled[i] || 0; });
  if (focus) piece.querySelector(focus)?.focus({ preventScroll: true });
  watchForms(piece);
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  const every = Math.max(Number(part.dataset.every) || 10, REFRESH_S_MIN) * 1000;
  const state = document.querySelector("[data-refresh-state]");
  const say = (text) => { if (state && state.textContent !== text) state.textContent = text; };
  const shown = new Map();
  for (const one of part.querySelector(":scope > [id]") ? part.children : [part]) shown.set(one, plain(one.innerHTML));
  let loading = false;
  const load = async () => {
    if (document.hidden || loading) return;
    loading = true;
    try {
      const reply = await fetch(part.dataset.refresh, { headers: { "X-Fragment": "1" } });
      if (reply.status === 401 || reply.redirected) { location.reload(); return; }
      if (!reply.ok) { say("Not up to date: the server answers with an error."); return; }
      const fresh = document.createElement("template");
      fresh.innerHTML = await reply.text();
      // A part of several pieces, each with an id, is exchanged piece by piece; any other as a whole.
      const pieces = [...part.children].filter((one) => one.id);
      let held = false;
      const pairs = pieces.length
        ? pieces.map((old) => [old, fresh.content.getElementById(old.id)])
        : [[part, { innerHTML: fresh.innerHTML, className: part.className }]];
      for (const [old, now] of pairs) {
        if (!now) continue;
        const html = now.innerHTML, same = plain(html);
        if (shown.get(old) === same) continue;
        if (inUse(old)) { held = true; continue; }
        shown.set(old, same);
        old.className = now.className;
        exchange(old, html);
      }
      tick();
      say(held ? "What you work on stays as it is until you have finished." : "");
    } catch { say("Not up to date: the server cannot be reached."); } finally { loading = false; }
  };
  // A server that takes long for it is asked less often.
  let wait = every;
  const again = () => setTimeout(async () => {
    const from = performance.now();
    await load();
    wait = Math.max(every, LOAD_SHARE * (performance.now() - from));
    again();
  }, wait);
  again();
  document.addEventListener("visibilitychange", load);
}

// Forms --------------------------------------------------------------------------------------------

function watchForms(root) {
  for (const form of root.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      const wait = form.querySelector("[data-wait]");
      // A download leaves the page as it is: it may be asked for again.
      if (form.dataset.download !== undefined) {
        setTimeout(() => { delete form.dataset.sent; wait.hidden = false; }, WAIT_MS);
        return;
      }
      for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
      const pressed = event.submitter;
      if (pressed?.dataset.busy) { pressed.dataset.idle = pressed.textContent; pressed.textContent = pressed.dataset.busy; }
      if (form.dataset.upload !== undefined) { event.preventDefault(); upload(form); }
      // What takes longer than a moment says that it is under way.
      if (wait) setTimeout(() => { wait.hidden = !form.dataset.sent; }, WAIT_MS);
      if (form.dataset.progress) follow(form);
    });
  }
}
watchForms(document);

// The form is as it was before it was sent.
function settle(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) {
    button.removeAttribute("aria-busy");
    if (button.dataset.idle !== undefined) { button.textContent = button.dataset.idle; delete button.dataset.idle; }
  }
  for (const wait of form.querySelectorAll("[data-wait]")) wait.hidden = true;
}

// A page that takes long to make says so on the one that led there.
function underWay(words) {
  const box = document.createElement("div");
  box.className = "under-way";
  box.setAttribute("role", "status");
  box.append(document.createElement("progress"), Object.assign(document.createElement("p"), { textContent: words }));
  box.firstChild.ariaLabel = "Under way";
  setTimeout(() => { document.body.append(box); }, WAIT_MS);
}
for (const link of document.querySelectorAll("a[data-busy]")) {
  link.addEventListener("click", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) underWay(link.dataset.busy);
  });
}
for (const form of document.querySelectorAll("form[data-busy]")) form.addEventListener("submit", () => underWay(form.dataset.busy));

// How far what was asked for has come, while the answer is waited for.
async function follow(form) {
  const bar = form.querySelector("progress"), said = form.querySelector("[data-said]");
  while (form.dataset.sent) {
    await new Promise((go) => { setTimeout(go, WAIT_MS); });
    try {
      const reply = await fetch(form.dataset.progress, { headers: { "X-Fragment": "1" } });
      const now = reply.ok ? await reply.json() : {};
      if (!now.of) continue;
      bar.max = now.of;
      bar.value = now.done;
      said.textContent = now.done < now.of ? `${now.done.toLocaleString("en")} of ${now.of.toLocaleString("en")}.` : "All are read; the pool is being kept.";
    } catch { return; }
  }
}

// A file is sent with its progress shown; the server then answers with the page to go to.
function upload(form) {
  const box = form.querySelector(".upload"), bar = box.querySelector("progress"), said = box.querySelector("[role=status]");
  const request = new XMLHttpRequest();
  box.hidden = false;
  request.upload.addEventListener("progress", (e) => {
    if (!e.lengthComputable) return;
    bar.value = (100 * e.loaded) / e.total;
    if (e.loaded === e.total) bar.removeAttribute("value");
    said.textContent = e.loaded < e.total ? `${Math.floor(bar.value)} % sent` : "Sent. Its entries are being checked and taken in…";
  });
  request.addEventListener("load", () => {
    // The answer is the page to go on with, and what it tells is told once.
    const page = new DOMParser().parseFromString(request.responseText, "text/html"), main = page.getElementById("main");
    if (!main) { location.reload(); return; }
    document.getElementById("main").replaceWith(main);
    document.title = page.title;
    history.pushState({}, "", request.responseURL);
    watchForms(main);
    tick();
    scrollTo(0, 0);
  });
  request.addEventListener("error", () => { said.textContent = "It could not be sent. Try again."; settle(form); });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

// One more row of the same kind.
for (const button of document.querySelectorAll("[data-add]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const list = document.getElementById(button.dataset.to);
    list.append(document.getElementById(button.dataset.add).content.cloneNode(true));
    list.lastElementChild.querySelector(FIELDS).focus();
  });
}

// Fields that mean something only while another one of the form says so; without this script they all stand there.
for (const part of document.querySelectorAll("[data-when]")) {
  const [name, value] = part.dataset.when.split("="), choice = part.closest("form").elements.namedItem(name);
  const show = () => { part.hidden = choice.value !== value; };
  choice.addEventListener("change", show);
  show();
}
// A field that will not do, and one that a link leads to, is not left folded away.
const unfold = (field) => {
  for (let fold = field?.closest("details:not([open])"); fold; fold = fold.closest("details:not([open])")) fold.open = true;
};
document.addEventListener("invalid", (event) => unfold(event.target), true);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']"), field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  unfold(field);
  if (field.matches(FIELDS)) { event.preventDefault(); field.focus(); }
});
// Where no venue tells the time zone, this computer's is the likeliest.
for (const choice of document.querySelectorAll("select[data-zone]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!choice.value && [...choice.options].some((one) => one.value === here)) choice.value = here;
}

window.addEventListener("popstate", () => location.reload());
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) settle(form);
  for (const box of document.querySelectorAll(".under-way")) box.remove();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  told.className = "small";
  button.after(told);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
      told.textContent = "";
    } catch {
      // The browser does not let pages write there: what was to be copied is made ready for the person's own hands.
      const shown = button.closest(".card")?.querySelector(".code-once, .link-once, .codes");
      if (shown) getSelection().selectAllChildren(shown);
      told.textContent = shown ? "This browser does not let it be copied. It is selected: press Ctrl+C, or hold it and choose Copy." : "This browser does not let it be copied. Select it and copy it yourself.";
    }
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
