// Makes the console quicker to use. Every page works without it.
"use strict";

let gone = false;
const say = (text) => { document.getElementById("status").textContent = text; };
const seal = document.body.dataset.seal;
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

// On a phone the present register is scrolled into sight.

const present = document.querySelector(".books [aria-current]");
if (present) present.closest(".wrap").scrollLeft = present.offsetLeft - 60;

// A form that is sent twice would be sent once with a token that is dead already.

document.addEventListener("submit", (event) => {
  const form = event.target, now = Date.now();
  if (form.method !== "post" || event.defaultPrevented) return;
  if (now - (form.dataset.sent || 0) < 2000) event.preventDefault();
  else form.dataset.sent = now;
});

// Small acts

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard?.writeText(copy.dataset.copy).then(() => {
      say(copy.dataset.copied);
      copy.lastChild.textContent = copy.dataset.copied;
    });
  }
  if (event.target.closest("[data-print]")) print();
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, label, summary") && !getSelection().toString()) location.href = row.dataset.row;
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Keys: j k move through the rows, Enter opens, n makes a new one, / searches, Escape closes.

function step(by) {
  const links = [...document.querySelectorAll("[data-row] .c-number a, [data-item] a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll(".menu[open]")) { menu.open = false; menu.firstElementChild.focus(); }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/" && document.getElementById("seek")) { event.preventDefault(); document.getElementById("seek").focus(); }
  else if (event.key === "n") document.querySelector("[aria-keyshortcuts='n']")?.click();
});

// Files: dragged, pasted or chosen; each with a description; sent with a bar that grows.

const title = (name) => name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replace(/_/g, " ");

function show(drop, input) {
  const list = drop.querySelector(".chosen"), said = {};
  for (const field of list.querySelectorAll("input")) said[field.dataset.name] = field.value;
  list.replaceChildren(...[...input.files].map((file, index) => {
    const row = document.createElement("li"), name = document.createElement("bdi"), field = document.createElement("input"), away = document.createElement("button");
    name.textContent = file.name;
    Object.assign(field, { name: "description", value: said[file.name] ?? title(file.name), maxLength: 200 });
    field.dataset.name = file.name;
    field.setAttribute("aria-label", `${drop.dataset.described} ${file.name}`);
    Object.assign(away, { type: "button", className: "plain", textContent: drop.dataset.remove });
    away.onclick = () => { put(input, [...input.files].filter((_, other) => other !== index)); show(drop, input); input.focus(); };
    row.append(name, away, field);
    return row;
  }));
}

function put(input, files) {
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  input.files = carrier.files;
}

function add(drop, input, files) {
  const all = [...input.files, ...files], most = Number(drop.dataset.most);
  if (all.length > most) say(drop.dataset.many);
  put(input, all.slice(0, most));
  show(drop, input);
}

for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input[type=file]");
  input.onchange = () => show(drop, input);
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => { event.preventDefault(); drop.classList.remove("over"); add(drop, input, event.dataTransfer.files); };
  input.form.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add(drop, input, event.clipboardData.files);
  });
}

function faulty(form, page) {
  const fresh = page.getElementById("problems");
  if (!fresh) return false;
  form.querySelector("#problems").replaceWith(fresh);
  for (const old of form.querySelectorAll(".wrong[id]")) {
    const next = page.getElementById(old.id), field = document.getElementById(old.id.slice(0, -6));
    old.textContent = next ? next.textContent : "";
    if (old.textContent) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
  form.querySelector("#problems").focus();
  return true;
}

for (const form of document.querySelectorAll("[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const input = form.querySelector("input[type=file]");
    if (!input?.files.length) return;
    event.preventDefault();
    const bar = form.querySelector("progress"), button = form.querySelector("button:not([type=button])"), request = new XMLHttpRequest();
    const again = () => { bar.hidden = true; button.disabled = false; };
    bar.hidden = false;
    button.disabled = true;
    request.open("POST", form.getAttribute("action") ?? location.href);  // a field may be named action
    request.setRequestHeader("Saraban-Seal", seal);
    request.responseType = "document";
    request.upload.onprogress = (sent) => { bar.value = sent.total ? 100 * sent.loaded / sent.total : 0; };
    request.onerror = () => { again(); form.submit(); };
    request.onload = () => {
      const page = request.response;
      if (request.status === 200) { gone = true; location.assign(request.responseURL); return; }
      again();
      if (!page || request.status === 409 || !faulty(form, page)) form.submit();
    };
    request.send(new FormData(form));
  });
}

// Drafts: what is typed is kept on the server, so that neither a closed page nor an ended sign-in loses it. What is sent
// after a sign-in has ended waits in this tab, until the same person has signed in again.

const me = document.body.dataset.me;
const texts = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["seal", "seen", "key"].includes(name));

function stash(form) {
  sessionStorage.setItem("typed", JSON.stringify({ me, form: form.dataset.draft, fields: texts(form) }));
}

function unstash() {
  const kept = JSON.parse(sessionStorage.getItem("typed"));
  sessionStorage.removeItem("typed");
  const form = kept?.me === me && /\/(sign-in|second)(\?|$)/.test(document.referrer) && document.querySelector(`[data-draft="${CSS.escape(kept.form)}"]`);
  if (!form) return;
  for (const [name, value] of kept.fields) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = true;
    else if (field) field.value = value;
  }
}

function keep(form) {
  const fields = new URLSearchParams({ seal, form: form.dataset.draft });
  for (const [name, value] of texts(form)) fields.append(`d.${name}`, value);
  navigator.sendBeacon("/drafts", fields);
}

for (const form of document.querySelectorAll("[data-draft]")) {
  let due = 0, typed = false;
  form.addEventListener("input", () => { typed = true; clearTimeout(due); due = setTimeout(() => keep(form), 1500); });
  form.addEventListener("submit", () => { gone = true; clearTimeout(due); stash(form); });
  addEventListener("pagehide", () => { if (typed && !gone) { clearTimeout(due); keep(form); } });
}
if (me) unstash();

// Days are typed freely and read back.

for (const field of document.querySelectorAll("[data-day]")) {
  field.addEventListener("change", () => {
    const help = document.getElementById(`${field.id}-help`);
    if (!help || !field.value.trim()) return;
    const request = new XMLHttpRequest();
    request.open("GET", `/read-day?text=${encodeURIComponent(field.value)}`);
    request.responseType = "json";
    request.onload = () => {
      if (request.status !== 200 || !request.response) return;
      help.textContent = request.response.said;
      help.classList.toggle("read-back", request.response.good);
    };
    request.send();
  });
}

// A long file: its bar grows until it is there.

const making = document.querySelector("[data-making]");

function ask() {
  const request = new XMLHttpRequest();
  request.open("GET", making.dataset.making);
  request.responseType = "json";
  request.onload = () => {
    const state = request.response;
    if (request.status !== 200 || !state || state.ready || state.failed) { location.reload(); return; }
    making.querySelector("progress").value = state.done;
    making.querySelector("[data-done]").textContent = state.done.toLocaleString("en");
    setTimeout(ask, 700);
  };
  request.onerror = () => setTimeout(ask, 3000);
  request.send();
}

if (making) ask();
