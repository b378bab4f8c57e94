// The venues there are; the shapes are those of the recordings of their answers.
#pragma once

#include "support/fake_venue/venue.hpp"

namespace fake_venue {

std::unique_ptr<venue> make_coinbase(std::size_t place, const market& behind);
std::unique_ptr<venue> make_kraken(std::size_t place, const market& behind);
std::unique_ptr<venue> make_bitstamp(std::size_t place, const market& behind);
std::unique_ptr<venue> make_gemini(std::size_t place, const market& behind);
std::unique_ptr<venue> make_coingecko(std::size_t place, const market& behind);
std::unique_ptr<venue> make_binance(std::size_t place, const market& behind);
std::unique_ptr<venue> make_bitfinex(std::size_t place, const market& behind);
std::unique_ptr<venue> make_okx(std::size_t place, const market& behind);
std::unique_ptr<venue> make_coinmarketcap(std::size_t place, const market& behind);
std::unique_ptr<venue> make_cryptocompare(std::size_t place, const market& behind);

}  // namespace fake_venue
