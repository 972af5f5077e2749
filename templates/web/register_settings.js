// Shows what the next numbers will be while prefix and start numbers are typed. The page works without it.
"use strict";

const arabic = (text) => text.trim().replace(/[\u0e50-\u0e59]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x0e20));

function preview() {
  const prefix = document.getElementById("prefix");
  for (const told of document.querySelectorAll("[data-next]")) {
    const start = document.getElementById(told.dataset.next), open = document.getElementById(told.dataset.open);
    const number = told.dataset.number || arabic(start?.value ?? "");
    const off = open ? !open.checked : !/^[1-9][0-9]{0,5}$/.test(number);
    const mark = told.dataset.mark;
    told.textContent = off ? told.dataset.off : mark === undefined ? `${number}/${told.dataset.year}` : `${prefix ? prefix.value.trim() : told.dataset.prefix}${mark}${number}`;
  }
}

document.getElementById("registers").addEventListener("input", preview);
