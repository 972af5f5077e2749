// Keeps every element marked data-refresh fresh: the page is asked for again, and what has changed takes its place.
"use strict";

const EVERY = 2000;

function renew(fresh) {
  for (const old of document.querySelectorAll("[data-refresh]")) {
    const next = fresh.getElementById(old.id);
    if (!next || next.isEqualNode(old)) continue;
    const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(next);
    if (focus) [...next.querySelectorAll("a")].find((link) => link.getAttribute("href") === focus)?.focus();
  }
}

function ask() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.onload = () => request.status === 200 && request.response && renew(request.response);
  request.onloadend = () => setTimeout(tick, EVERY);
  request.send();
}

function tick() {
  if (document.hidden) document.addEventListener("visibilitychange", ask, { once: true });
  else ask();
}

if (document.querySelector("[data-refresh]")) setTimeout(tick, EVERY);
