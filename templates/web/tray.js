// The tray by keyboard: x marks a row, j and k turn to the next letter and back. Every page works without it.
"use strict";

const busy = (event) => event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select") !== null;

// Marks live in the page, so they are put back when the list is renewed.

const marks = new Map();
const boxes = () => [...document.querySelectorAll("input[name=mark]")];

function mark(box, on) {
  box.checked = on;
  marks.set(box.value, on);
}

document.addEventListener("change", (event) => {
  if (event.target.name === "mark") marks.set(event.target.value, event.target.checked);
});

const list = document.getElementById("tray-list");
if (list) {
  new MutationObserver(() => {
    for (const box of boxes()) if (marks.has(box.value)) box.checked = marks.get(box.value);
  }).observe(list.parentElement, { childList: true });
}

const all = document.querySelector("[data-mark-all]");
if (all) {
  all.hidden = false;
  all.onclick = () => {
    const on = boxes().some((box) => !box.checked);
    for (const box of boxes()) mark(box, on);
  };
}

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-item]")?.querySelector("input[name=mark]");
  if (event.key === "x" && box && !event.ctrlKey && !event.metaKey && !event.altKey) {
    mark(box, !box.checked);
    return;
  }
  if (list || busy(event)) return;
  const turn = { j: "next", k: "prev" }[event.key];
  if (turn) document.querySelector(`.turn-tray [rel=${turn}]`)?.click();
});
