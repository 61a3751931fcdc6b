"""The block of numbers inside the mixture: a normal distribution a class with full covariance, values missing at random.

A log density is linear in (1, x, xx'), so a whole block costs one matrix product, for any number of starts side by side; what is missing
is filled in by its expectation through the sums of those columns alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxlib.customers.personas.coding import Pattern

__all__ = ["Block", "density", "estimated", "expected"]

FLOOR = 1e-6  # of a variance, in squared standard deviations: a class never shrinks to a point


@dataclass(frozen=True, eq=False)
class Block:
    """Normal distributions of the numbers, one a component.

    Attributes
    ----------
    mean : array (components, numbers)
    cov : array (components, numbers, numbers)
    """

    mean: np.ndarray
    cov: np.ndarray

    def pick(self, chosen: np.ndarray) -> Block:
        """Return some of the components."""
        return Block(self.mean[chosen], self.cov[chosen])


def density(block: Block, columns: np.ndarray) -> np.ndarray:
    """Return what the columns of a pattern's moments are multiplied by to give log densities: array (1 + o + o², components)."""
    mean, cov = block.mean[:, columns], block.cov[:, columns[:, None], columns]
    precision = np.linalg.inv(cov)
    straight = np.einsum("kij,kj->ki", precision, mean)
    _, logdet = np.linalg.slogdet(cov)
    constant = -0.5 * (len(columns) * np.log(2 * np.pi) + logdet + np.einsum("ki,ki->k", straight, mean))
    return np.concatenate([constant[:, None], straight, -0.5 * precision.reshape(len(mean), -1)], axis=1).T


def expected(block: Block, pattern: Pattern, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return Σr, ΣrE[x] and ΣrE[xx'] of all numbers, from the sums of a pattern's known ones: (components,), (…, d), (…, d, d)."""
    size, d = block.mean.shape
    columns, lacking = pattern.columns, pattern.lacking
    o = len(columns)
    total, first, second = sums[0], sums[1 : 1 + o].T, sums[1 + o :].T.reshape(size, o, o)
    if o == d:
        return total, first, second
    slope, shift = np.zeros((size, d, o)), np.zeros((size, d))
    slope[:, columns, np.arange(o)] = 1.0
    left = np.zeros((size, d, d))
    across = block.cov[:, lacking[:, None], columns]
    by = across @ np.linalg.inv(block.cov[:, columns[:, None], columns])
    slope[:, lacking] = by
    shift[:, lacking] = block.mean[:, lacking] - np.einsum("kij,kj->ki", by, block.mean[:, columns])
    left[:, lacking[:, None], lacking] = block.cov[:, lacking[:, None], lacking] - by @ across.transpose(0, 2, 1)
    carried = np.einsum("kdo,ko->kd", slope, first)
    crossed = shift[:, :, None] * carried[:, None, :]
    squares = total[:, None, None] * (shift[:, :, None] * shift[:, None, :] + left)
    squares += crossed + crossed.transpose(0, 2, 1) + slope @ second @ slope.transpose(0, 2, 1)
    return total, total[:, None] * shift + carried, squares


def estimated(total: np.ndarray, first: np.ndarray, second: np.ndarray, *, prior: float, diagonal: bool) -> Block:
    """Return the block that these sums make likeliest; `prior` people of variance 1 in each class keep small classes from shrinking."""
    d = first.shape[1]
    mean = first / np.maximum(total, 1e-12)[:, None]
    spread = second - total[:, None, None] * mean[:, :, None] * mean[:, None, :]
    cov = (spread + prior * np.eye(d)) / np.maximum(total + prior, 1e-12)[:, None, None] + FLOOR * np.eye(d)
    return Block(mean, cov * np.eye(d) if diagonal else (cov + cov.transpose(0, 2, 1)) / 2)
