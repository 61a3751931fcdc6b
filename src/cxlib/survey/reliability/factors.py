"""A factor model with simple structure: each item loads on one factor, factors are correlated; fitted by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Factors", "factors"]

ROUNDS, HALVINGS = 200, 25
SLOPE = 1e-9  # largest slope of the discrepancy, items standardised, at which a fit is done
NEARLY = 1e-5  # the same where rounding allows no further step


@dataclass(frozen=True, eq=False)
class Factors:
    """Models of b covariance matrices, for instance one a bootstrap draw.

    Attributes
    ----------
    factor : array (items,)
        Number of the factor that an item loads on.
    loading, unique : array (b, items)
        Loadings on factors of variance 1, and what is left of each item's variance.
    correlation : array (b, factors, factors)
    discrepancy : array (b,)
        log|Σ| − log|C| + tr(CΣ⁻¹) − k; times n it is the likelihood ratio χ² where C is divided by n.
    found : array (b,)
        Whether a minimum was found.
    """

    factor: np.ndarray
    loading: np.ndarray
    unique: np.ndarray
    correlation: np.ndarray
    discrepancy: np.ndarray
    found: np.ndarray

    @property
    def improper(self) -> np.ndarray:
        """Whether an item's own variance is not positive (Heywood case): array (b,)."""
        return np.asarray((self.unique <= 0).any(axis=1))

    def implied(self) -> np.ndarray:
        """Return the covariances that the models imply: array (b, items, items)."""
        return _implied(self.loading, self.unique, self.correlation, self.factor)

    def omega(self, factor: int) -> np.ndarray:
        """Return (Σλ)²/((Σλ)² + Σθ) over the items of a factor: array (b,)."""
        mine = self.factor == factor
        common = self.loading[:, mine].sum(axis=1) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(common / (common + self.unique[:, mine].sum(axis=1)))

    def misfit(self, covariance: np.ndarray, factor: int) -> np.ndarray:
        """Return the root mean square of what the models leave of the correlations between a factor's items (SRMR): array (b,)."""
        mine = np.flatnonzero(self.factor == factor)
        left = (covariance - self.implied())[:, mine[:, None], mine]
        sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)[:, mine])
        lower = np.tril_indices(len(mine))
        return np.asarray(np.sqrt(np.mean((left / (sd[:, :, None] * sd[:, None, :]))[:, lower[0], lower[1]] ** 2, axis=1)))

    def gradient(self, covariance: np.ndarray, factor: int) -> np.ndarray:
        """Return how omega of the first model moves with the covariances (k, k): the minimum follows them (implicit function).

        Uses the discrepancy's exact second derivatives, so that it also holds where the model does not fit.
        """
        slopes = _slopes(self.loading, self.correlation, self.factor)[0]
        inverse = np.linalg.inv(self.implied()[0])
        left = inverse @ covariance @ inverse
        turned = np.einsum("ij,qjk->qik", inverse, slopes)
        curve = np.einsum("qij,rji->qr", np.einsum("qij,jk->qik", turned, 2 * left - inverse), slopes)
        curve += np.einsum("ij,qrji->qr", inverse - left, _bends(self.factor, self.loading[0], self.correlation[0]))
        mine = self.factor == factor
        total, unique = self.loading[0, mine].sum(), self.unique[0, mine].sum()
        by_parameter = np.zeros(len(slopes))
        items = len(self.factor)
        by_parameter[:items][mine] = 2 * total * unique / (total**2 + unique) ** 2
        by_parameter[items : 2 * items][mine] = -(total**2) / (total**2 + unique) ** 2
        moved = np.linalg.solve(curve, by_parameter)
        return np.asarray(inverse @ np.einsum("q,qij->ij", moved, slopes) @ inverse)


def factors(covariance: np.ndarray, factor: np.ndarray, start: Factors | None = None, slope: float = SLOPE) -> Factors:
    """Fit the model to b covariance matrices (b, k, k) by Fisher scoring; `factor` numbers each item's factor from 0, `slope` ends the fit.

    Minimises log|Σ| + tr(CΣ⁻¹), Σ = ΛΦΛ' + Θ (Jöreskog 1969). Unique variances are not held above zero: a Heywood case shows itself.
    """
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        standard = covariance / (sd[:, :, None] * sd[:, None, :])
    usable = np.isfinite(standard).all(axis=(1, 2))
    usable[usable] = np.linalg.eigvalsh(standard[usable])[:, 0] > 1e-10
    size, items, many = len(covariance), len(factor), int(factor.max()) + 1
    pairs = many * (many - 1) // 2
    point = np.tile(np.concatenate([np.full(items, 0.7), np.full(items, 0.5), np.full(pairs, 0.3)]), (size, 1))
    if start is None:
        point[usable, :items] = _first_components(standard[usable], factor)
        point[usable, items : 2 * items] = 1 - point[usable, :items] ** 2 * 0.9
    else:
        upper = np.triu_indices(many, 1)
        point[:, :items], point[:, items : 2 * items] = start.loading / sd, start.unique / sd**2
        point[:, 2 * items :] = start.correlation[:, upper[0], upper[1]]
    value, found = np.full(size, np.nan), np.zeros(size, dtype=bool)
    if usable.any():
        point[usable], value[usable], found[usable] = _minimised(point[usable], standard[usable], factor, slope)
    loading, unique, correlation = _parts(point, factor)
    turn = _signs(loading, factor)
    loading = loading * turn[:, factor]
    with np.errstate(invalid="ignore"):
        discrepancy = value - np.linalg.slogdet(np.where(usable[:, None, None], standard, np.nan))[1] - items
    return Factors(factor, loading * sd, unique * sd**2, correlation * turn[:, :, None] * turn[:, None, :], discrepancy, found)


def _first_components(standard: np.ndarray, factor: np.ndarray) -> np.ndarray:
    loading = np.empty(standard.shape[:2])
    for number in range(int(factor.max()) + 1):
        mine = np.flatnonzero(factor == number)
        values, vectors = np.linalg.eigh(standard[:, mine[:, None], mine])
        loading[:, mine] = vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:] - 1, 0.1)) * np.where(vectors[:, :1, -1] < 0, -1, 1)
    return np.clip(loading, -0.95, 0.95)


def _signs(loading: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Turn each factor so that most of its loadings are positive."""
    sums = np.stack([loading[:, factor == number].sum(axis=1) for number in range(int(factor.max()) + 1)], axis=1)
    return np.where(sums < 0, -1.0, 1.0)


def _parts(point: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    items, many = len(factor), int(factor.max()) + 1
    correlation = np.tile(np.eye(many), (len(point), 1, 1))
    upper = np.triu_indices(many, 1)
    correlation[:, upper[0], upper[1]] = correlation[:, upper[1], upper[0]] = point[:, 2 * items :]
    return point[:, :items], point[:, items : 2 * items], correlation


def _implied(loading: np.ndarray, unique: np.ndarray, correlation: np.ndarray, factor: np.ndarray) -> np.ndarray:
    common = loading[:, :, None] * correlation[:, factor[:, None], factor] * loading[:, None, :]
    return np.asarray(common + unique[:, :, None] * np.eye(len(factor)))


def _slopes(loading: np.ndarray, correlation: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Derivatives of the implied covariances by loadings, unique variances and correlations: array (b, parameters, k, k)."""
    size, items = loading.shape
    many = correlation.shape[1]
    upper = np.triu_indices(many, 1)
    slopes = np.zeros((size, 2 * items + len(upper[0]), items, items))
    here = np.arange(items)
    row = correlation[:, factor[:, None], factor] * loading[:, None, :]
    slopes[:, here, here, :] += row
    slopes[:, here, :, here] += row.transpose(1, 0, 2)
    slopes[:, items + here, here, here] = 1.0
    for number, (one, other) in enumerate(zip(*upper, strict=True)):
        product = np.where(factor == one, loading, 0.0)[:, :, None] * np.where(factor == other, loading, 0.0)[:, None, :]
        slopes[:, 2 * items + number] = product + product.transpose(0, 2, 1)
    return slopes


def _bends(factor: np.ndarray, loading: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Second derivatives of the implied covariances: array (parameters, parameters, k, k)."""
    items = len(factor)
    upper = np.triu_indices(len(correlation), 1)
    size = 2 * items + len(upper[0])
    bends = np.zeros((size, size, items, items))
    for i in range(items):
        for j in range(items):
            bends[i, j, i, j] += correlation[factor[i], factor[j]]
            bends[i, j, j, i] += correlation[factor[i], factor[j]]
        for number, (one, other) in enumerate(zip(*upper, strict=True)):
            mate = {one: other, other: one}.get(factor[i])
            across = np.where(factor == mate, loading, 0.0) if mate is not None else np.zeros(items)
            bends[i, 2 * items + number, i, :] += across
            bends[i, 2 * items + number, :, i] += across
            bends[2 * items + number, i] = bends[i, 2 * items + number]
    return bends


def _discrepancy(point: np.ndarray, standard: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return log|Σ| + tr(CΣ⁻¹), endless where Σ is no covariance matrix, and Σ⁻¹."""
    implied = _implied(*_parts(point, factor), factor)
    values, vectors = np.linalg.eigh(implied)
    proper = values[:, 0] > 1e-12
    values = np.where(proper[:, None], values, 1.0)
    inverse = (vectors / values[:, None, :]) @ vectors.transpose(0, 2, 1)
    return np.where(proper, np.log(values).sum(axis=1) + np.einsum("bij,bji->b", standard, inverse), np.inf), inverse


def _minimised(point: np.ndarray, standard: np.ndarray, factor: np.ndarray, flat_at: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go downhill from each point until the slope is gone; those that are there no longer take part."""
    value, inverse = _discrepancy(point, standard, factor)
    point, slope, going = point.copy(), np.full(len(point), np.inf), np.flatnonzero(np.isfinite(value))
    for _ in range(ROUNDS):
        gradient, turned = _gradient(point[going], inverse[going], standard[going], factor)
        slope[going] = np.abs(gradient).max(axis=1)
        open_ones = slope[going] >= flat_at
        going, gradient, turned = going[open_ones], gradient[open_ones], turned[open_ones]
        if not len(going):
            break
        flat = turned.reshape(*turned.shape[:2], -1)
        curve = flat @ turned.transpose(0, 1, 3, 2).reshape(flat.shape).transpose(0, 2, 1)  # Fisher's information, twice
        curve += 1e-12 * np.eye(curve.shape[1])
        step = -np.linalg.solve(curve, gradient[:, :, None])[:, :, 0]
        stepped = _stepped(point[going], step, value[going], inverse[going], standard[going], factor)
        point[going], value[going], inverse[going], moved = stepped
        going = going[moved]
    return point, value, slope < NEARLY


def _gradient(point: np.ndarray, inverse: np.ndarray, standard: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of the discrepancy, tr((I − Σ⁻¹C)Σ⁻¹Σ_a), and Σ⁻¹Σ_a for each parameter a."""
    loading, _, correlation = _parts(point, factor)
    turned = inverse[:, None] @ _slopes(loading, correlation, factor)
    gap = np.eye(len(factor)) - inverse @ standard
    flat = turned.transpose(0, 1, 3, 2).reshape(*turned.shape[:2], -1)
    return (flat @ gap.reshape(len(gap), -1, 1))[:, :, 0], turned


def _stepped(
    point: np.ndarray, step: np.ndarray, value: np.ndarray, inverse: np.ndarray, standard: np.ndarray, factor: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Go along the step, half as far again and again where the discrepancy does not fall."""
    length, waiting = np.ones(len(point)), np.ones(len(point), dtype=bool)
    for _ in range(HALVINGS):
        tried = point + np.where(waiting, length, 0.0)[:, None] * step
        reached, turned = _discrepancy(tried, standard, factor)
        better = waiting & (reached <= value + 1e-13)
        point, value = np.where(better[:, None], tried, point), np.where(better, reached, value)
        inverse = np.where(better[:, None, None], turned, inverse)
        waiting &= ~better
        if not waiting.any():
            break
        length = length / 2
    return point, value, inverse, ~waiting
