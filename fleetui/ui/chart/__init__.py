"""The chart: series as braille lines with an axis, a legend and thresholds."""
