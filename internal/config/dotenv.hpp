// The text of a .env file: NAME=value, a line each.
//
//   # a comment, and blank lines between
//   PORT=8082                       # a comment after a blank
//   export LOG_FORMAT=json          a file that shells source as well
//   SYMBOLS = "BTC-USD,ETH-USD"     double quotes: \n \r \t \" \\ \$ stand for what they do in C
//   COINGECKO_API_KEY='a#b\c'       single quotes: as it stands
//
// A quoted value may span lines. $NAME is not replaced. Lines end with LF or CRLF, and a byte order
// mark at the beginning is skipped.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::config {

inline constexpr std::size_t dotenv_bytes_max = 64 * 1024;

struct dotenv_entry {
    std::string name;
    std::string value;
    std::size_t line;  // where it begins, counted from 1

    friend bool operator==(const dotenv_entry&, const dotenv_entry&) = default;
};

struct dotenv_error {
    std::size_t line;    // 0: the file as a whole
    std::string reason;  // in one line, without text from the file, which may be a secret
};

// The entries in their order; a name may come more than once. Never throws but for memory.
boost::system::result<std::vector<dotenv_entry>, dotenv_error> parse_dotenv(std::string_view text);

}  // namespace tickertape::config
