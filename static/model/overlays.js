// The averages over the chart (averages.js): their names and kinds. The first view has no more of them.

// What can be switched on and off: [{ key, label, ... }].
export const overlays = [
    { key: "sma20", label: "SMA 20", title: "Average of the last 20 points", kind: "sma", period: 20 },
    { key: "sma50", label: "SMA 50", title: "Average of the last 50 points", kind: "sma", period: 50 },
    { key: "ema20", label: "EMA 20", title: "Average of 20 points, the newest counting most", kind: "ema", period: 20 },
    { key: "ema50", label: "EMA 50", title: "Average of 50 points, the newest counting most", kind: "ema", period: 50 },
    { key: "band20", label: "±2σ", title: "Two standard deviations around the average of 20 points", kind: "band", period: 20 },
];
