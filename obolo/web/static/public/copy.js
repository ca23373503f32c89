// One tap copies a value. Without this file, or where a browser forbids it, the values can be
// selected like any text.
"use strict";
const said = document.querySelector("[data-said]");
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const value = button.parentElement.querySelector("[data-value]");
    try {
      await navigator.clipboard.writeText(value.dataset.value);
      said.textContent = "";
      window.setTimeout(() => { said.textContent = said.dataset.said; }, 100);
      const label = button.textContent;
      button.textContent = "✓";
      window.setTimeout(() => { button.textContent = label; }, 1500);
    } catch {
      window.getSelection().selectAllChildren(value);
    }
  });
}
