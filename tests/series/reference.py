#!/usr/bin/env python3
"""Calculates every figure of docs/statistics.md a second time, with Python's statistics and numpy,
and compares.

    reference.py PROGRAM FOLDER

PROGRAM (series_figures) prints what the server's code makes of the histories in FOLDER. Each figure
must be there, once, and no other. Times, counts and candles must be equal, all else to within 1e-9.
At the end the comparison itself is tried: every figure is left out once and changed once, and each
time it must be noticed.
"""

import copy
import csv
import datetime
import decimal
import json
import math
import statistics
import subprocess
import sys

import numpy

TOLERANCE = 1e-9
SECONDS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "6h": 21600,
           "1d": 86400, "1w": 604800}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def bucket(interval, second):
    """When the bucket opens, by the calendar where there is one."""
    if interval not in ("1d", "1w"):
        return second - second % SECONDS[interval]
    day = datetime.datetime.fromtimestamp(second, datetime.timezone.utc).date()
    if interval == "1w":
        day = datetime.date.fromisocalendar(*day.isocalendar()[:2], 1)
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc)
    return int(midnight.timestamp())


def candles(interval, pieces):
    """[open time, o, h, l, c, ticks] of pieces (second, o, h, l, c, ticks), in their order."""
    grouped = {}
    for piece in pieces:
        grouped.setdefault(bucket(interval, piece[0]), []).append(piece)
    return [[opens, some[0][1], max(p[2] for p in some), min(p[3] for p in some), some[-1][4],
             sum(p[5] for p in some)] for opens, some in sorted(grouped.items())]


def volatility_percent(times_ms, prices):
    span = times_ms[-1] - times_ms[0]
    step = min(5 * 60 * 1000, span // 32)
    sampled = [0]
    for i in range(1, len(prices)):
        if times_ms[i] - times_ms[sampled[-1]] >= step:
            sampled.append(i)
    returns = numpy.diff(numpy.log(numpy.array(prices, dtype=numpy.longdouble)[sampled]))
    years = (times_ms[sampled[-1]] - times_ms[0]) / 1000 / (365 * 86400)
    return float(100 * numpy.sqrt(numpy.sum(returns ** 2) / years))


def drawdown(times_ms, prices):
    values = numpy.array(prices)
    peaks = numpy.maximum.accumulate(values)
    falls = 1 - values / peaks
    bottom = int(numpy.argmax(falls))
    peak = int(numpy.argmax(values[:bottom + 1]))
    return 100 * falls[bottom], times_ms[peak], times_ms[bottom]


def statistics_of(times_ms, prices):
    seconds = [(t - times_ms[0]) / 1000 for t in times_ms]
    slope = statistics.linear_regression(seconds, prices).slope
    r2 = statistics.correlation(seconds, prices) ** 2
    rise_percent = 100 * slope * seconds[-1] / statistics.fmean(prices)
    flat = abs(rise_percent) < 0.1 or r2 < 0.25
    fall, fall_from, fall_to = drawdown(times_ms, prices)
    counts, edges = numpy.histogram(prices, bins="fd")
    if len(counts) > 100:
        counts, edges = numpy.histogram(prices, bins=100)
    return {
        "count": len(prices),
        "first": prices[0],
        "last": prices[-1],
        "min": min(prices),
        "max": max(prices),
        "mean": statistics.fmean(prices),
        "median": statistics.median(prices),
        "standard_deviation": statistics.stdev(prices),
        "change": float(decimal.Decimal(repr(prices[-1])) - decimal.Decimal(repr(prices[0]))),
        "change_percent": 100 * (prices[-1] / prices[0] - 1),
        "volatility_percent": volatility_percent(times_ms, prices),
        "drawdown_percent": float(fall),
        "drawdown_from": fall_from,
        "drawdown_to": fall_to,
        "trend": "flat" if flat else "up" if slope > 0 else "down",
        "slope_per_day": slope * 86400,
        "rise_percent": rise_percent,
        "r2": r2,
        "histogram_edges": [float(e) for e in edges],
        "histogram_counts": [int(n) for n in counts],
    }


def averages_of(closes):
    figures = {}
    for period in (1, 7, 20, 50):
        unknown = [None] * min(period - 1, len(closes))
        windows = numpy.lib.stride_tricks.sliding_window_view(numpy.array(closes), period) \
            if len(closes) >= period else numpy.empty((0, period))
        means = numpy.mean(windows, axis=1)
        deviations = numpy.std(windows, axis=1)  # of a population
        weight = 2 / (period + 1)
        exponential = [float(m) for m in means[:1]]
        for close in closes[period:]:
            exponential.append(weight * close + (1 - weight) * exponential[-1])
        figures[f"sma_{period}"] = unknown + [float(m) for m in means]
        figures[f"ema_{period}"] = unknown + exponential
        figures[f"band_lower_{period}"] = unknown + [float(x) for x in means - 2 * deviations]
        figures[f"band_upper_{period}"] = unknown + [float(x) for x in means + 2 * deviations]
    return figures


def figures_of_trades(path):
    trades = [(int(row["time_ms"]), float(row["price"])) for row in rows(path)]
    times = [t for t, _ in trades]
    prices = [p for _, p in trades]
    pieces = [(t // 1000, p, p, p, p, 1) for t, p in trades]
    figures = statistics_of(times, prices)
    for interval in SECONDS:
        figures[f"candles_{interval}"] = candles(interval, pieces)
    minutes = figures["candles_1m"]
    figures.update(averages_of([c[4] for c in minutes]))
    by_time = {c[0]: c for c in minutes}
    filled = []
    for opens in range(minutes[0][0], times[-1] // 1000 + 600, 60):
        if opens in by_time:
            filled.append(by_time[opens])
        else:
            filled.append([opens] + [filled[-1][4]] * 4 + [0])
    figures["filled_1m"] = filled
    return figures


def figures_of_hours(path):
    pieces = []
    for i, row in enumerate(rows(path)):
        pieces.append((int(row["time_s"]), float(row["open"]), float(row["high"]),
                       float(row["low"]), float(row["close"]), 1 + i % 5))
    closes = [p[4] for p in pieces]
    figures = statistics_of([(p[0] + 3600) * 1000 for p in pieces], closes)
    for interval in ("1h", "4h", "6h", "1d", "1w"):
        figures[f"candles_{interval}"] = candles(interval, pieces)
    figures.update(averages_of(closes))
    return figures


def is_exact(figure):
    """Whether it is copied or counted, not calculated."""
    name = figure[1]
    return name.startswith(("candles_", "filled_")) or name in (
        "count", "first", "last", "min", "max", "change", "drawdown_from", "drawdown_to", "trend",
        "histogram_counts")


def differs(seen, expected, exact):
    if isinstance(expected, list):
        return not isinstance(seen, list) or len(seen) != len(expected) or any(
            differs(s, e, exact) for s, e in zip(seen, expected))
    if exact or expected is None or seen is None or isinstance(expected, str):
        return seen != expected
    return not math.isclose(seen, expected, rel_tol=TOLERANCE, abs_tol=0)


def complaints(seen, expected):
    for figure in expected.keys() - seen.keys():
        yield f"{figure}: missing"
    for figure in seen.keys() - expected.keys():
        yield f"{figure}: nobody knows it"
    for figure in expected.keys() & seen.keys():
        if differs(seen[figure], expected[figure], is_exact(figure)):
            yield f"{figure}: {str(seen[figure])[:200]} is not {str(expected[figure])[:200]}"


def read(lines):
    seen = {}
    for line in lines:
        said = json.loads(line, parse_constant=lambda name: sys.exit(f"not finite: {line}"))
        figure = (said["of"], said["figure"])
        if figure in seen:
            sys.exit(f"{figure}: said twice")
        seen[figure] = said["value"]
    return seen


def changed(value):
    """The value with the last number in it a little different."""
    if isinstance(value, list):
        for i in range(len(value) - 1, -1, -1):
            if value[i] is not None:
                return value[:i] + [changed(value[i])] + value[i + 1:]
        sys.exit("a list without numbers compares nothing")
    if isinstance(value, str):
        return value + "!"
    return value + 1 if isinstance(value, int) else value * (1 + 1e-8)


def try_comparison(seen, expected):
    for figure in expected:
        if not list(complaints({f: v for f, v in seen.items() if f != figure}, expected)):
            sys.exit(f"{figure}: not missed when it is missing")
        other = copy.copy(seen)
        other[figure] = changed(other[figure])
        if not list(complaints(other, expected)):
            sys.exit(f"{figure}: a change in it goes unnoticed")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: reference.py PROGRAM FOLDER")
    program, folder = sys.argv[1:]
    said = subprocess.run([program, folder], check=True, capture_output=True, text=True).stdout
    seen = read(said.splitlines())
    expected = {}
    for of, figures in (
            ("trades", figures_of_trades(f"{folder}/btc_usd_trades.kraken.2019-07-01T00h.csv")),
            ("hours", figures_of_hours(f"{folder}/btc_usd_1h.bitstamp.2020-03.csv"))):
        for name, value in figures.items():
            expected[of, name] = value
    found = sorted(complaints(seen, expected))
    if found:
        sys.exit("\n".join(found))
    try_comparison(seen, expected)
    print(f"{len(expected)} figures are as calculated here")


main()
