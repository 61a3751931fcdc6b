"""Pictures drawn for a question. Each plot draws itself and its text alternative in the reader's language."""

from cxlib.report.plots.agenda import Agenda, agenda
from cxlib.report.plots.cards import Cards, cards
from cxlib.report.plots.chain import Chain, chain
from cxlib.report.plots.curves import Curves, curves
from cxlib.report.plots.diverging import Diverging, diverging
from cxlib.report.plots.four_fields import FourFields, four_fields
from cxlib.report.plots.frequency import Frequency, frequency
from cxlib.report.plots.funnel import Funnel, funnel
from cxlib.report.plots.heatmap import Heatmap, heatmap
from cxlib.report.plots.importance import Importance, importance
from cxlib.report.plots.lanes import Lanes, lanes
from cxlib.report.plots.matrix import Matrix, matrix
from cxlib.report.plots.pairs import Pairs, pairs
from cxlib.report.plots.performance_map import PerformanceMap, performance_map
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.ranking import Ranking, ranking
from cxlib.report.plots.schedule import Schedule, schedule
from cxlib.report.plots.severity import Severity, severity
from cxlib.report.plots.shares import Shares, shares
from cxlib.report.plots.stages import Stages, stages
from cxlib.report.plots.tiles import Tiles, tiles
from cxlib.report.plots.timeline import Timeline, timeline
from cxlib.report.plots.tradeoff import Tradeoff, tradeoff
from cxlib.report.plots.waterfall import Waterfall, waterfall

__all__ = [
    "Agenda",
    "Cards",
    "Chain",
    "Curves",
    "Diverging",
    "FourFields",
    "Frequency",
    "Funnel",
    "Heatmap",
    "Importance",
    "Lanes",
    "Matrix",
    "Pairs",
    "PerformanceMap",
    "Plot",
    "Ranking",
    "Schedule",
    "Severity",
    "Shares",
    "Stages",
    "Tiles",
    "Timeline",
    "Tradeoff",
    "Waterfall",
    "agenda",
    "cards",
    "chain",
    "curves",
    "diverging",
    "four_fields",
    "frequency",
    "funnel",
    "heatmap",
    "importance",
    "lanes",
    "matrix",
    "pairs",
    "performance_map",
    "ranking",
    "schedule",
    "severity",
    "shares",
    "stages",
    "tiles",
    "timeline",
    "tradeoff",
    "waterfall",
]
