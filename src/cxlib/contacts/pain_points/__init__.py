"""The twelve small things that annoy customers most: each with an estimator of its own, and how much they hurt.

P01 answers that come late or never · P02 call backs · P03 promised information and quotes · P04 mailings that raise questions ·
P05 delivery dates · P06 delays not announced · P07 the queue · P08 service hours · P09 departments out of reach · P10 being passed around ·
P11 invoices · P12 complaints. Each names its numerator, its denominator and what is in neither.
"""

from cxlib.contacts.pain_points.answers import unanswered
from cxlib.contacts.pain_points.billing import invoices
from cxlib.contacts.pain_points.claims import complaints
from cxlib.contacts.pain_points.damage import damage
from cxlib.contacts.pain_points.deliveries import delivery_dates
from cxlib.contacts.pain_points.hours import opening_hours
from cxlib.contacts.pain_points.mailings import confusing_information
from cxlib.contacts.pain_points.met import POINTS, Experiences, experiences
from cxlib.contacts.pain_points.notices import delay_notice
from cxlib.contacts.pain_points.passing import passed_around
from cxlib.contacts.pain_points.promised import callbacks, late_information
from cxlib.contacts.pain_points.reach import reachability
from cxlib.contacts.pain_points.waiting import queue

__all__ = [
    "POINTS",
    "Experiences",
    "callbacks",
    "complaints",
    "confusing_information",
    "damage",
    "delay_notice",
    "delivery_dates",
    "experiences",
    "invoices",
    "late_information",
    "opening_hours",
    "passed_around",
    "queue",
    "reachability",
    "unanswered",
]
