// The draft's text: its line numbers follow what is typed, and a mistake leads to its line. Without
// this the numbers are those of the text as it was saved, and a link still leads to its number.
const MOST = 9999; // lines that get a number: a text beyond that is refused for its length
const box = document.querySelector("[data-code]");
if (box) {
  const [numbers, text] = box.children;
  const wrong = new Set([...document.querySelectorAll("[data-line]")].map((link) => link.dataset.line));
  const follow = () => {
    const many = Math.min(text.value.split("\n").length, MOST);
    text.rows = many;
    while (numbers.children.length > many) numbers.lastElementChild.remove();
    while (numbers.children.length < many) {
      const line = document.createElement("li");
      line.textContent = numbers.children.length + 1;
      line.id = `L${line.textContent}`;
      numbers.append(line);
    }
  };
  for (const line of numbers.children) line.classList.toggle("is-wrong", wrong.has(line.textContent));
  text.addEventListener("input", follow);
  document.addEventListener("click", (event) => {
    const line = Number(event.target.closest("[data-line]")?.dataset.line);
    if (!line || !document.getElementById(`L${line}`)) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus({ preventScroll: true });
    text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    document.getElementById(`L${line}`).scrollIntoView({ block: "center" });
  });
  let saved = text.value;
  text.form.addEventListener("submit", () => { saved = text.value; });
  addEventListener("beforeunload", (event) => { if (text.value !== saved) event.preventDefault(); });
  follow();
}
