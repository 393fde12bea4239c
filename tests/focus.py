"""Whether somebody who uses the keyboard sees where they are."""

from playwright.sync_api import Page

# A choice's radio is transparent: its label draws the focus.
INVISIBLE = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const shown = element.closest(".choice") || element;
  const { width, height } = shown.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  const visible = width > 1 && height > 1 && outlineStyle !== "none" && outlineWidth !== "0px";
  return visible ? null : element.outerHTML.slice(0, 120);
}"""


def unseen(page: Page, *, steps: int) -> list[str]:
    """Press Tab from the top of the page; return the elements whose focus does not show."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    found = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        found.append(page.evaluate(INVISIBLE))
    return [html for html in found if html]
