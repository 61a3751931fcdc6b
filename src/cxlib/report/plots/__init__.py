"""Pictures drawn for a question. Each plot draws itself and its text alternative in the reader's language."""

from cxlib.report.plots.chain import Chain, chain
from cxlib.report.plots.heatmap import Heatmap, heatmap
from cxlib.report.plots.lanes import Lanes, lanes
from cxlib.report.plots.matrix import Matrix, matrix
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.ranking import Ranking, ranking
from cxlib.report.plots.tiles import Tiles, tiles
from cxlib.report.plots.waterfall import Waterfall, waterfall

__all__ = [
    "Chain",
    "Heatmap",
    "Lanes",
    "Matrix",
    "Plot",
    "Ranking",
    "Tiles",
    "Waterfall",
    "chain",
    "heatmap",
    "lanes",
    "matrix",
    "ranking",
    "tiles",
    "waterfall",
]
