"""What ops/demo shows: lines that stay, and on a terminal one that moves."""
import os
import shutil
import sys
import time
import unicodedata


class Screen:
    """Lines that stay, and on a terminal one line that is drawn again."""

    def __init__(self):
        self.tty = sys.stdout.isatty()
        self.colour = (self.tty and not os.environ.get("NO_COLOR")
                       and os.environ.get("TERM", "dumb") != "dumb")
        self.drawn = ""
        self.said = 0.0

    def paint(self, text, colour):
        codes = {"good": "32", "bad": "1;31", "dim": "2", "bold": "1",
                 "busy": "33"}
        return (f"\033[{codes[colour]}m{text}\033[0m" if self.colour
                else text)

    def line(self, text=""):
        if self.tty and self.drawn:
            self.write("\r\033[K")
            self.drawn = ""
        self.write(text + "\n")

    def write(self, text):
        """Whoever reads us may go (| head); the demo ends its work all the
        same and stops what it started."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w", encoding="utf-8")

    def progress(self, text):
        """On a terminal again and again; else a line when it changed, at most
        one a second."""
        if text == self.drawn:
            return
        if self.tty:
            width = shutil.get_terminal_size().columns - 1
            self.write("\r\033[K" + clip(text, width))
            self.drawn = text
        elif time.monotonic() - self.said >= 1:
            self.write(text + "\n")
            self.said = time.monotonic()
            self.drawn = text

    def step(self, ja, en):
        self.line()
        self.line(self.paint(f"■ {ja}", "bold") + f"  {en}")


def width_of(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def clip(text, width):
    out, used = "", 0
    for c in text:
        n = width_of(c)
        if used + n > width:
            break
        out, used = out + c, used + n
    return out


def pad(text, width):
    if width_of(text) > width:
        text = clip(text, width - 1) + "…"
    return text + " " * (width - width_of(text))
