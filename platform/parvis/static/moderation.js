// The lease of a case counts down while it is on screen; its renewal brings a fresh one.
const tick = () => {
  for (const lease of document.querySelectorAll("[data-lease]")) {
    const left = Math.max(0, Math.round((Date.parse(lease.dataset.lease) - Date.now()) / 1000));
    lease.textContent = left < 3600 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "";
  }
};
setInterval(tick, 1000);
tick();

// Forty alike are ticked with one press; without this, one by one.
for (const ticks of document.querySelectorAll("[data-ticks]")) {
  ticks.hidden = false;
  ticks.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll(`input[name="${ticks.dataset.ticks}"]`)];
    const every = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !every;
  });
}
