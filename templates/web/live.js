// Live: when something happened, the page is asked for again, and what has changed takes its place. Of all pages that a
// browser has in sight one listens and tells the others: each listening costs one of the six connections to a house.
"use strict";

{
  const others = "BroadcastChannel" in window ? new BroadcastChannel("saraban-news") : null;
  const newest = (page) => Number(page.body.dataset.newest) || 0;
  let shown = newest(document), known = 0;  // the newest line of history that this page shows, and that it has heard of
  let due = 0, stop = null;

  function renew(fresh) {
    for (const old of document.querySelectorAll("[data-refresh]")) {
      const next = fresh.getElementById(old.id);
      if (!next || next.isEqualNode(old) || old.contains(document.activeElement) && typing(document.activeElement)) continue;
      const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      old.replaceWith(next);
      old.querySelectorAll("details").forEach((one, index) => { if (one.open && next.querySelectorAll("details")[index]) next.querySelectorAll("details")[index].open = true; });
      if (focus) [...next.querySelectorAll("a")].find((link) => link.getAttribute("href") === focus)?.focus();
    }
  }

  function ask() {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.setRequestHeader("Saraban-Quiet", "1");
    request.responseType = "document";
    request.onload = () => {
      if (request.status !== 200 || !request.response) return;
      shown = Math.max(shown, newest(request.response));
      renew(request.response);
    };
    request.send();
  }

  function hear(line) {
    known = Math.max(known, line);
    if (document.hidden || known <= shown) return;
    clearTimeout(due);
    due = setTimeout(ask, 300);
  }

  function listen() {
    let news, again;
    const open = () => {
      news = new EventSource(`${document.body.dataset.live}?since=${shown}`);
      news.onmessage = (event) => {
        hear(Number(event.data));
        others?.postMessage({ news: known });
      };
      // A browser asks again after a broken line, but never after a refusal, as a proxy's while the house starts anew.
      news.onerror = () => { if (news.readyState === EventSource.CLOSED) again = setTimeout(open, 60_000); };
    };
    open();
    return () => { clearTimeout(again); news.close(); };
  }

  // Listens at once, or when the page that does so now is closed or out of sight.
  function take() {
    if (!others || !navigator.locks) return listen();
    const away = new AbortController();
    let leave = () => {};
    navigator.locks.request("saraban-live", { signal: away.signal }, () => new Promise((done) => {
      const close = listen();
      leave = () => { close(); done(); };
    })).catch(() => {});  // out of sight before its turn came
    return () => { away.abort(); leave(); };
  }

  function turn() {
    if (document.hidden) leave();
    else if (!stop) {
      stop = take();
      others?.postMessage({ shown });
    }
  }

  function leave() {
    stop?.();
    stop = null;
  }

  if (document.querySelector("[data-refresh]")) {
    if (others) others.onmessage = ({ data }) => {
      if (data.news) hear(data.news);
      else if (stop && known > data.shown) others.postMessage({ news: known });  // to who has just come
    };
    document.addEventListener("visibilitychange", turn);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", turn);
    turn();
  }
}
