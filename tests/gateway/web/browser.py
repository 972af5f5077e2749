"""A real Chromium, and what it measures on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Every element with text of its own: its contrast with what lies behind it, its line height, whether it is cut off.
MEASURE = r"""
() => {
  const root = getComputedStyle(document.documentElement);
  const numbers = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
    const dark = matchMedia("(prefers-color-scheme: dark)").matches && /dark/.test(root.colorScheme);
    const base = dark ? [0, 0, 0] : [255, 255, 255];
    return layers.reverse().reduce((below, layer) => over(layer, below), base);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const cut = (element, own, style) => {
    let clip = element;
    while (clip && getComputedStyle(clip).overflowY === "visible") clip = clip.parentElement;
    if (!clip || clip === document.body || !/hidden|clip/.test(getComputedStyle(clip).overflowY)) return false;
    const pen = document.createElement("canvas").getContext("2d"), range = document.createRange();
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const ink = pen.measureText(own), box = clip.getBoundingClientRect();
    range.selectNodeContents(element);
    return [...range.getClientRects()].some((line) => {
      if (line.bottom <= box.top || line.top >= box.bottom - 1) return false;  // a line beyond a clamp
      const base = line.top + ink.fontBoundingBoxAscent;
      const top = base - ink.actualBoundingBoxAscent, bottom = base + ink.actualBoundingBoxDescent;
      return top < box.top - 0.5 || bottom > box.bottom + 0.5;
    });
  };
  const faults = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!own || !box.width || box.bottom < 0 || style.visibility === "hidden") continue;
    const back = behind(element), ink = over(numbers(style.color), back);
    const [low, high] = [light(ink), light(back)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    const thai = /[\u0e00-\u0e7f]/.test(own);
    const name = `${element.tagName}.${element.className} ${own.slice(0, 30)}`;
    if (contrast < (large ? 3 : 4.5)) faults.push(`contrast ${contrast.toFixed(2)}: ${name}`);
    if (thai && parseFloat(style.lineHeight) < 1.29 * size) faults.push(`lines too close: ${name}`);
    if (thai && parseFloat(style.letterSpacing)) faults.push(`spaced Thai: ${name}`);
    if (cut(element, own, style)) faults.push(`cut off: ${name}`);
    if (box.right > innerWidth + 1 || box.left < -1) faults.push(`beyond the edge: ${name}`);
  }
  for (const element of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    const box = element.getBoundingClientRect();
    const small = box.width && box.bottom > 0 && box.height < 44;
    if (small) faults.push(`too small to touch: ${element.outerHTML.slice(0, 60)}`);
  }
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) faults.push(`overflows by ${wide}`);
  if (document.querySelectorAll(".primary").length > 1) faults.push("two primary buttons");
  return faults;
}
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that the system has."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser, **other: Any) -> Iterator[Page]:
    """A person with a fresh browser, who reads Thai."""
    context = browser.new_context(
        **({"locale": "th-TH", "viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"} | other)
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def faults(page: Page) -> list[str]:
    """What is wrong with how the page and what it frames look; empty when nothing is."""
    loaded = [frame for frame in page.frames if frame.url]  # a lazy one out of sight has nothing to measure
    return [fault for frame in loaded for fault in frame.evaluate(MEASURE)]
