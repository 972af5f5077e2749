// Long lists of the directory: narrowed while typing, marked together, counted. Every page works without it.
"use strict";

{
  const sift = document.getElementById("sift");
  const lines = [...document.querySelectorAll("[data-name]")];
  const none = document.querySelector("[data-none]");
  const gather = document.querySelector("[data-gather]");
  const digit = (text) => text.replace(/[๐-๙]/g, (one) => "๐๑๒๓๔๕๖๗๘๙".indexOf(one));
  const plain = (text) => digit(text.normalize("NFC").toLowerCase());
  const box = (line) => line.querySelector("input[type=checkbox]");
  const shown = () => lines.filter((line) => !line.hidden);
  const only = gather?.querySelector("[data-only]"), count = gather?.querySelector("[data-count]");

  function narrow() {
    const words = plain(sift.value).split(/\s+/).filter(Boolean);
    for (const line of lines) {
      const named = words.every((word) => plain(line.dataset.name).includes(word));
      line.hidden = !named || Boolean(only?.checked) && !box(line).checked;
    }
    none.hidden = shown().length > 0;
  }

  function tally() {
    count.textContent = `${lines.filter((line) => box(line).checked).length} / ${lines.length}`;
  }

  function mark(on) {
    for (const line of shown()) box(line).checked = on;
    tally();
    narrow();
  }

  for (const tool of document.querySelectorAll("[data-sift], [data-gather] .tools")) tool.hidden = false;
  sift?.addEventListener("input", narrow);
  sift?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  if (gather && count) {
    count.hidden = false;
    gather.querySelector("[data-all]").onclick = () => mark(true);
    gather.querySelector("[data-no]").onclick = () => mark(false);
    only.onchange = narrow;
    gather.addEventListener("change", tally);
    tally();
  }
}
