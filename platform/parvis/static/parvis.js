// Small behaviours that no page depends on. No eval, no HTML from strings: safe under the strict
// policy. Everything is delegated from the document, so swapped-in content needs no set-up.
const root = document.documentElement;
const plural = new Intl.PluralRules(root.lang);
const say = (text) => { const spoken = document.getElementById("spoken"); if (spoken) spoken.textContent = text; };

// "58 of 160 characters"
document.addEventListener("input", ({ target }) => {
  const shown = document.getElementById(`${target.id}-count`);
  if (shown) shown.textContent = shown.dataset.text.replace("{n}", target.value.length).replace("{max}", target.maxLength);
});

// Light and dark: the server reads the cookie, so the next page comes right without a flash.
const isDark = () => (root.dataset.scheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
for (const button of document.querySelectorAll("[data-scheme-toggle]")) button.hidden = false;
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-scheme-toggle]")) {
    root.dataset.scheme = isDark() ? "light" : "dark";
    document.cookie = `scheme=${root.dataset.scheme}; path=/; max-age=31536000; samesite=lax`;
  }
  document.getElementById(target.closest("[data-opens]")?.dataset.opens)?.showModal();
  if (target.closest("[data-closes]")) target.closest("dialog").close();
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  const menu = key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// A refused form comes back with a summary: the reader lands on it.
const land = () => {
  const summary = document.querySelector("[data-errors]:not([data-seen])");
  if (summary) { summary.dataset.seen = ""; summary.focus(); }
};
document.addEventListener("htmx:after:swap", land);
land();

// Single-key shortcuts, where a page offers them; off while typing, and for good when switched off.
const keys = document.querySelector("[data-keys]");
if (keys) import(keys.dataset.keys).then(({ install, uninstall }) => {
  const set = (on) => {
    keys.setAttribute("aria-pressed", on);
    for (const keyed of document.querySelectorAll("[data-hotkey]")) { uninstall(keyed); if (on) install(keyed); }
  };
  const isOn = () => keys.getAttribute("aria-pressed") === "true";
  keys.addEventListener("click", () => { set(!isOn()); localStorage.setItem("keys", isOn()); });
  document.addEventListener("htmx:after:swap", () => set(isOn()));
  set(localStorage.getItem("keys") !== "false");
  keys.hidden = false;
});

// The countdown goes on by itself, is never announced as it ticks, and is spoken twice.
const tick = () => {
  for (const timer of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.floor((Date.parse(timer.dataset.until) - Date.now()) / 60000));
    const values = [Math.floor(left / 1440), Math.floor(left / 60) % 24, left % 60];
    const cells = timer.querySelectorAll("div");
    if (cells.length < 3) values[1] += values.shift() * 24;
    cells.forEach((cell, at) => {
      const [number, unit] = cell.children;
      number.textContent = values[at];
      unit.textContent = unit.dataset[plural.select(values[at]) === "one" ? "one" : "many"];
    });
    if (left === 60) say(timer.dataset.hour);
    if (left === 5) say(timer.dataset.minutes);
  }
};
setInterval(tick, 60000);
