"""Numbers with their intervals: share, mean, quantile, rate, ratio and difference, weighted and clustered.

Each function takes a table and returns ESTIMATES: group columns, then metric, value, low, high, unit, n, n_eff, method, note.
Intervals come from linearisation with clusters and strata; with ``draws=500`` every row also carries that many bootstrap
draws, made with weights that depend on nothing but (seed, cluster id, draw number), so that draws of figures from different
tables can be combined row by row.
"""

from cxlib.estimates.amounts import told_in
from cxlib.estimates.arguments import check
from cxlib.estimates.bootstrap import draw_weights, drawn, with_draws
from cxlib.estimates.calibration import Calibration
from cxlib.estimates.differences import amount_difference, difference, rate_difference, share_difference
from cxlib.estimates.durations import survival_quantile
from cxlib.estimates.figures import mean, rate, ratio, share
from cxlib.estimates.levels import divided, shares
from cxlib.estimates.multiple import as_chosen, false_discovery
from cxlib.estimates.quantiles import quantile
from cxlib.estimates.ranks import rank_set, rank_span, ranked
from cxlib.estimates.rows import OTHER, UNKNOWN, across, arrange, coarsen, highest, lowest, of_metric, only, stack, unanswerable, withhold
from cxlib.estimates.sampling import Sampling
from cxlib.estimates.slopes import slope
from cxlib.estimates.sums import sum_of_shares
from cxlib.estimates.survival import survival, survival_difference

__all__ = [
    "OTHER",
    "UNKNOWN",
    "Calibration",
    "Sampling",
    "across",
    "amount_difference",
    "arrange",
    "as_chosen",
    "check",
    "coarsen",
    "difference",
    "divided",
    "draw_weights",
    "drawn",
    "false_discovery",
    "highest",
    "lowest",
    "mean",
    "of_metric",
    "only",
    "quantile",
    "rank_set",
    "rank_span",
    "ranked",
    "rate",
    "rate_difference",
    "ratio",
    "share",
    "share_difference",
    "shares",
    "slope",
    "stack",
    "sum_of_shares",
    "survival",
    "survival_difference",
    "survival_quantile",
    "told_in",
    "unanswerable",
    "with_draws",
    "withhold",
]
