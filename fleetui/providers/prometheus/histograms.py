"""Quantiles of a native histogram, from its buckets."""

from __future__ import annotations

from math import isinf, nan

from fleetui.providers.prometheus.answers import Histogram

Bucket = tuple[float, float, float]
"""(lower bound, upper bound, observations)."""


def quantile(histogram: Histogram, share: float) -> float:
    """Return the value below which `share` (0 to 1) of the observations lie; NaN where none are.

    Interpolated on the scale of the buckets, which is exponential save around zero: the way
    PromQL's own histogram_quantile does it.
    """
    buckets = _buckets(histogram)
    total = sum(count for _, _, count in buckets)
    if not total > 0:
        return nan
    rank, seen = share * total, 0.0
    for lower, upper, count in buckets:
        if count > 0 and seen + count >= rank:
            return _between(lower, upper, (rank - seen) / count)
        seen += count
    return buckets[-1][1]


def _buckets(histogram: Histogram) -> list[Bucket]:
    """Return the buckets in order, the one around zero narrowed to the side in use."""
    found = sorted(
        (float(left), float(right), float(count))
        for _, left, right, count in histogram.buckets or ()
    )
    for index, (lower, upper, count) in enumerate(found):
        if lower < 0 < upper:
            # Nothing below zero was observed if no bucket lies there, and the other way round.
            low = 0.0 if index == 0 and len(found) > 1 else lower
            high = 0.0 if index == len(found) - 1 and len(found) > 1 else upper
            found[index] = (low, high, count)
    return found


def _between(lower: float, upper: float, share: float) -> float:
    if isinf(upper):
        return lower
    if isinf(lower):
        if upper <= 0:
            return upper
        lower = 0.0
    if lower > 0:
        return float(lower * (upper / lower) ** share)
    if upper < 0:
        return float(upper * (lower / upper) ** (1 - share))
    return lower + (upper - lower) * share
