"""Small exports as four typical programs write them, and as three others do that no shape is known of; people and texts are made up."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

ROWS = 120


def table(head, rows, delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([head, *rows])
    return out.getvalue()


def moment(number, form):
    return (datetime(2025, 1, 7, 8, 15, 20) + timedelta(hours=37 * number, minutes=7 * number)).strftime(form)


def zendesk():
    """Tickets of Zendesk: names, addresses and subjects stand in it; UTC with its offset."""
    head = [
        "Id",
        "Requester",
        "Requester id",
        "Requester email",
        "Assignee",
        "Group",
        "Subject",
        "Status",
        "Priority",
        "Via",
        "Ticket type",
    ]
    head += [
        "Created at",
        "Updated at",
        "Organization",
        "Due date",
        "Solved at",
        "Satisfaction Score",
        "Reopens",
        "First reply time in minutes",
    ]
    rows = []
    for n in range(1, ROWS + 1):
        when, later = moment(n, "%Y-%m-%d %H:%M:%S +0000"), moment(n + 1, "%Y-%m-%d %H:%M:%S +0000")
        via = ("Mail", "Web Widget", "Chat", "Phone call (inbound)")[n % 4]
        person = (f"Erika Muster {n % 30}", 9000 + n % 30, f"erika{n % 30}@example.org")
        rows.append([n, *person, "Agent 7", "Support", f"Wo bleibt meine Lieferung {n}, bitte?", "Solved", "Normal", via, "Question"])
        rows[-1] += [when, later, "Beispiel GmbH", "", later, "Good", 0, 30]
    return table(head, rows)


def salesforce():
    """Cases of Salesforce, with the names of the fields."""
    head = ["Id", "CaseNumber", "ContactId", "AccountId", "SuppliedEmail", "Type", "Status", "Reason", "Origin", "Subject", "Priority"]
    head += ["IsClosed", "ClosedDate", "IsEscalated", "OwnerId", "CreatedDate"]
    rows = []
    for n in range(1, ROWS + 1):
        ids = (f"5003X{n:08}AAA", f"{n:08}", f"0033X{n % 40:08}AAA", f"0013X{n % 20:08}AAA")
        told = (
            f"e{n}@example.org",
            "Problem",
            "Closed",
            ("Breakdown", "Installation")[n % 2],
            ("Phone", "Email", "Web", "Community")[n % 4],
        )
        when = [moment(n + more, "%Y-%m-%dT%H:%M:%S.000Z") for more in (0, 2)]
        rows.append([*ids, *told, f"Valve number {n} leaks at the flange", "High", "true", when[1], "false", "0053X00000001AAA", when[0]])
    return table(head, rows)


def qualtrics():
    """Responses of Qualtrics: three lines of names, a preview among the rows."""
    head = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId"]
    head += ["ExternalReference", "DistributionChannel", "UserLanguage", "Q1", "Q2_1", "Q2_2", "Q2_3", "Q3"]
    texts = [
        *head[:12],
        "How likely are you to recommend us?",
        "Satisfied - Delivery",
        "Satisfied - Advice",
        "Satisfied - Invoice",
        "What should we do better?",
    ]
    ids = ['{"ImportId":"' + name + '","timeZone":"UTC"}' if "Date" in name else '{"ImportId":"' + name + '"}' for name in head]
    rows = []
    for n in range(1, ROWS + 1):
        when = moment(n, "%Y-%m-%d %H:%M:%S")
        told = [
            "Survey Preview" if n == 3 else "IP Address",
            "198.51.100.7",
            100,
            95,
            "True",
            when,
            f"R_{n:06}",
            f"K{n % 50:03}",
            "email",
            "DE",
        ]
        marks = [n % 11, n % 5 + 1, (n + 2) % 5 + 1, (n + 3) % 5 + 1]
        rows.append([when, when, *told, *marks, f"Please answer the phone sooner, case {n}"])
    return table(head, [texts, ids, *rows])


def limesurvey():
    """Responses of LimeSurvey with codes and texts as headings; some were never submitted."""
    head = [
        "id. Response ID",
        "submitdate. Date submitted",
        "lastpage. Last page",
        "startlanguage. Start language",
        "seed. Seed",
        "token. Access code",
    ]
    head += ["Q01. Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?"]
    head += [
        f"Q02[SQ00{n}]. Wie zufrieden sind Sie mit uns? [{what}]" for n, what in enumerate(("Beratung", "Lieferung", "Rechnung"), start=1)
    ]
    rows = []
    for n in range(1, ROWS + 1):
        when = "" if n % 20 == 0 else moment(n, "%Y-%m-%d %H:%M:%S")
        rows.append([n, when, 4, "de", 1000 + n, f"t{n:05}", n % 11, n % 5 + 1, (n + 1) % 5 + 1, (n + 2) % 5 + 1])
    return table(head, rows)


def freshdesk():
    """Tickets as Freshdesk lists them: English, month first in days beyond the twelfth, hours in words of the header."""
    head = [
        "Ticket ID",
        "Subject",
        "Status",
        "Priority",
        "Source",
        "Type",
        "Agent",
        "Group",
        "Created time",
        "Due by Time",
        "Resolved time",
        "Closed time",
    ]
    head += [
        "Last update time",
        "Initial response time",
        "First response time (in hrs)",
        "Resolution time (in hrs)",
        "Agent interactions",
        "Tags",
        "Full name",
        "Email",
        "Contact ID",
    ]
    rows = []
    for n in range(1, ROWS + 1):
        when = [moment(n + more, "%m/%d/%Y %I:%M %p") for more in (0, 3, 2, 2, 4, 1)]
        source = ("Email", "Portal", "Phone", "Feedback Widget", "Chat")[n % 5]
        rows.append(
            [
                n,
                f"Order {n} has not arrived yet, please help",
                "Closed",
                "Low",
                source,
                "Incident",
                "Agent 3",
                "Tier 1",
                *when,
                "1:05:00",
                "9:30:00",
                3,
                "",
                f"Max Muster {n % 9}",
            ]
        )
        rows[-1] += [f"max{n % 9}@example.org", 77000 + n % 45]
    return table(head, rows)


def telephony():
    """The list of calls of a German telephone system: old Windows letters, day and hour apart, a total at the end."""
    head = [
        "Verbindungs-Nr.",
        "Datum",
        "Uhrzeit",
        "Rufrichtung",
        "Rufnummer",
        "Warteschlange",
        "Agent",
        "Wartezeit (Sek.)",
        "Gesprächsdauer",
        "Abgebrochen",
        "Kunden-Nr.",
        "Anliegen",
    ]
    rows = []
    for n in range(1, ROWS + 1):
        told = [
            "ein" if n % 5 else "aus",
            f"+49 151 000{n:04}",
            ("Störung", "Aufträge", "Rückfragen")[n % 3],
            f"A{n % 7}",
            f"{n % 90},5",
            f"0:{n % 60:02}:{n % 60:02}",
        ]
        rows.append(
            [
                f"V{n:06}",
                moment(n, "%d.%m.%Y"),
                moment(n, "%H:%M:%S"),
                *told,
                "ja" if n % 9 == 0 else "nein",
                f"{n % 50 + 1:05}",
                ("Liefertermin", "Rechnung", "Gerät defekt")[n % 3],
            ]
        )
    return table(head, [*rows, ["Summe", *[""] * (len(head) - 1)]], ";").encode("cp1252")


def panel():
    """A survey as a German panel exports it: codes for no answer below zero, nothing but numbers for names."""
    head = [
        "lfdn",
        "external_lfdn",
        "dispcode",
        "lastpage",
        "duration",
        "v_11",
        "v_12",
        "v_13",
        "v_14",
        "v_20",
        "v_31",
        "v_40",
        "browser",
        "datetime",
    ]
    rows = []
    for n in range(1, ROWS + 1):
        marks = [-77 if n % 17 == 0 else n % 5 + 1, (n + 1) % 5 + 1, -99 if n % 13 == 0 else (n + 2) % 5 + 1, (n + 3) % 5 + 1]
        rows.append(
            [
                n,
                5000 + n,
                31,
                9,
                200 + n,
                *marks,
                n % 11,
                n % 2 + 1,
                f"Alles gut, nur die Hotline war lange besetzt ({n})",
                "Firefox",
                moment(n, "%Y-%m-%d %H:%M:%S"),
            ]
        )
    return table(head, rows, ";")


MADE = {
    "zendesk.csv": zendesk,
    "cases.csv": salesforce,
    "qualtrics.csv": qualtrics,
    "results-survey.csv": limesurvey,
    "freshdesk.csv": freshdesk,
    "anlage.csv": telephony,
    "panel.csv": panel,
}


def write(folder: Path, name: str) -> Path:
    """Write one of the exports and return its path."""
    content = MADE[name]()
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


# what is right where the draft is not: a piece of a line → the lines that stand there instead
EDITS = {
    "freshdesk.csv": {
        "market: !guess b2c": ["market: b2b"],
        "Feedback Widget: !guess other": ["        Feedback Widget: web_form"],
        "handled_by: Agent": ["      handled_by: Agent", "      customer_id: Contact ID"],
    },
    "anlage.csv": {"constants: !guess {channel: other}": ["    constants: {channel: phone}"]},
    "panel.csv": {
        "from_1_to_5: !guess": [
            '  from_1_to_5: {low: 1, high: 5, best: high, states: {"-77": not_used, "-99": no_answer}}',
            "  likely: {low: 0, high: 10, best: high}",
        ],
        "respondent_id: !guess lfdn": ["      respondent_id: external_lfdn"],
        "v_40: {item_type: open_text}": ["      v_40: {item_type: open_text}", "      v_20: {item_type: nps, scale: likely}"],
    },
}


def confirmed(text, edits=None):
    """Confirm a draft as an analyst does, where it is wrong mended: the text, and how many lines were changed, added or taken away."""
    lines, touched, left = [], 0, dict(edits or {})
    for line in text.splitlines():
        comment = line.lstrip().startswith("#")
        found = None if comment else next((piece for piece in left if piece in line), None)
        if found is not None:
            instead = left.pop(found)
            touched += max(1, len(instead)) - (bool(instead) and instead[0] == line.partition(" #")[0].rstrip())
            lines += instead
        elif not comment and "!guess" in line.partition(" #")[0]:
            touched += 1
            lines.append(line.replace("!guess ", "", 1) if "!guess " in line.partition(" #")[0].rstrip() else line.replace("!guess", "", 1))
        else:
            lines.append(line)
    assert not left, f"the draft has no such line: {list(left)}"
    return "\n".join(lines) + "\n", touched
