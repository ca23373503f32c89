// Brings the verifier when somebody wants it: most donors never press the button.
// The page may be replaced while it is open: whoever is pressed is looked for at the press.
document.addEventListener("click", async (press) => {
  const section = press.target.closest("[data-verify] button")?.closest("[data-verify]");
  if (section) (await import("./verify.js")).checkSection(section);
});
