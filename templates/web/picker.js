// The picker of schools: search, school groups, a running count, and who has no mailbox. The form works without it.
"use strict";

{
  const form = document.querySelector(".send-form"), picker = form.querySelector("[data-picker]");
  const boxes = [...picker.querySelectorAll("input[name=schools]")];
  const groups = [...form.querySelectorAll("input[name=school_groups]")];
  const find = picker.querySelector("[data-find]"), count = picker.querySelector("[data-count]");
  const picked = picker.querySelector("[data-picked]"), dead = form.querySelector(".dead");
  const tally = form.querySelector("[data-tally]");
  const row = (box) => box.closest("li"), name = (box) => row(box).querySelector("bdi").textContent;
  const shown = () => boxes.filter((box) => !row(box).hidden);
  const plain = (text) => text.normalize("NFC").toLowerCase().replace(/[๐-๙]/g, (digit) => "๐๑๒๓๔๕๖๗๘๙".indexOf(digit)).replace(/\s+/g, "");

  function members(button) {
    if (button.dataset.set === "*") return shown();
    const codes = new Set(button.dataset.set.split(" "));
    return boxes.filter((box) => codes.has(box.value));
  }

  // Whom the letter would reach as the form stands.
  function reached() {
    const reach = form.querySelector("input[name=reach]:checked")?.value;
    if (reach === "schools") return boxes.filter((box) => box.checked);
    if (reach === "all") return boxes.filter((box) => box.dataset.government !== undefined);
    if (reach === "school_groups") {
      const codes = new Set(groups.filter((box) => box.checked).flatMap((box) => box.dataset.members.split(" ")));
      return boxes.filter((box) => codes.has(box.value));
    }
    const group = form.querySelector("#to_group");
    if (reach === "group") return group.value ? [group.selectedOptions[0]] : [];
    return reach === "registry" ? [form.querySelector("#reach-registry")] : [];
  }

  function chip(box) {
    const line = document.createElement("li"), button = document.createElement("button");
    Object.assign(button, { type: "button", className: "chip", textContent: `${name(box)} ✕` });
    button.setAttribute("aria-label", `${picked.dataset.remove} ${name(box)}`);
    button.onclick = () => { box.checked = false; changed(); find.focus(); };
    line.append(button);
    return line;
  }

  function renew() {
    const chosen = boxes.filter((box) => box.checked), going = reached();
    count.textContent = chosen.length;
    picked.replaceChildren(...chosen.map(chip));
    picked.parentElement.hidden = !chosen.length;
    form.elements.chosen.value = chosen.map((box) => box.value).join(" ");
    form.elements.chosen_groups.value = groups.filter((box) => box.checked).map((box) => box.value).join(" ");
    for (const button of picker.querySelectorAll("[data-set]")) {
      const of = members(button);
      button.setAttribute("aria-pressed", String(of.length > 0 && of.every((box) => box.checked)));
    }
    tally.textContent = going.length ? form.dataset.one.replace("#", going.length) : form.dataset.none;
    if (dead) dead.hidden = !going.some((one) => one.dataset.dead !== undefined) && !dead.querySelector("[aria-invalid]");
  }

  // Also tells the draft.
  function changed() {
    renew();
    form.dispatchEvent(new Event("input"));
  }

  function narrow() {
    const words = plain(find.value);
    for (const box of boxes) row(box).hidden = !plain(name(box) + box.value).includes(words);
    picker.querySelector("[data-nothing]").hidden = shown().length > 0;
    renew();
  }

  picker.querySelector(".tools").hidden = false;
  count.hidden = false;
  find.addEventListener("input", narrow);
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  picker.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set], [data-clear]");
    if (!button) return;
    const on = button.dataset.set !== undefined && button.getAttribute("aria-pressed") !== "true";
    for (const box of button.dataset.set === undefined ? boxes : members(button)) box.checked = on;
    changed();
  });
  form.addEventListener("change", renew);
  renew();
}
