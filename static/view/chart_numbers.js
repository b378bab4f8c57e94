// Prices without their currency, which stands beside the chart.

export function plainNumber(digits, locale) {
    const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const format = new Intl.NumberFormat(locale, fixed);
    return (price) => format.format(price);
}

// The marks of an axis have as many digits as it takes to tell them apart; on a log scale they are
// not equally far apart.
export function marksOf(prices, digitsMax, locale) {
    const steps = prices.slice(1).map((price, i) => Math.abs(price - prices[i]));
    const step = prices.length > 1 ? Math.min(...steps) : 10 ** -digitsMax;
    const isEnough = (digits) => {
        const scaled = step * 10 ** digits;
        return Math.abs(scaled - Math.round(scaled)) < 1e-3 * Math.max(1, scaled) && scaled > 0.5;
    };
    let digits = 0;
    while (digits < digitsMax && !isEnough(digits)) digits += 1;
    return prices.map(plainNumber(digits, locale));
}
