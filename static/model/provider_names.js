// The names of providers as they write themselves.

const ofNoMarket = ["simulator", "replay", "pipe"];
const spelt = {
    okx: "OKX", coingecko: "CoinGecko", coinpaprika: "CoinPaprika", coinlore: "CoinLore", htx: "HTX",
    mexc: "MEXC", kucoin: "KuCoin", cryptocompare: "CryptoCompare", coinmarketcap: "CoinMarketCap",
};

export function spell(name) {
    if (!name || ofNoMarket.includes(name)) return name;
    return Object.hasOwn(spelt, name) ? spelt[name] : name[0].toUpperCase() + name.slice(1);
}
