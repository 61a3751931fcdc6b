"""Exports of contacts as clients send them, short enough to be read: the pieces that nasty files are made of."""

X = "data/acme/raw/x.csv"
HEAD, ROW, TEXT = "Id;Zeit;Kanal;Text\n", "1;05.02.2025 08:15;phone;", {"text": "Text"}
WAITS, WAIT = "Id;Zeit;Kanal;Wartezeit\n", {"wait_s": "Wartezeit"}


def texts(content, **declared):
    """A log whose fourth column is text."""
    return content, {"columns": TEXT} | declared


def waits(*cells, **declared):
    """A log with these cells as waits, a contact each."""
    rows = (f"{number};05.02.2025 08:15;phone;{cell}\n" for number, cell in enumerate(cells, start=1))
    return WAITS + "".join(rows), {"columns": WAIT} | declared
