// Where the subscribers connect to, and what each of them asks for.
//
// A URL may hold placeholders, so that subscribers differ: {number} becomes the number of the
// subscriber, from 0 on; {random:20} becomes 20 of the given symbols, picked by chance and joined
// by commas, without repetition.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::bench {

struct target {
    bool tls = false;
    std::string host;
    std::uint16_t port = 0;
    std::string path = "/";  // with the query
};

// Reads http://host[:port][/path] or https://..., an IPv6 address in brackets. Throws
// std::invalid_argument that says what is wrong.
target parse_url(std::string_view url);

// What is asked for by one subscriber: a path, and which symbols were picked for it.
struct asked {
    std::string path;
    std::vector<std::uint32_t> picked;  // numbers of the symbols; empty where none was
};

class path_template {
public:
    // Throws std::invalid_argument where a placeholder is unknown or asks for more than there is.
    path_template(std::string path, std::vector<std::string> symbols, std::uint64_t seed);

    asked next();

private:
    std::string random_part(std::size_t wanted, std::vector<std::uint32_t>& picked);
    std::string filled(std::string_view placeholder, std::vector<std::uint32_t>& picked);

    std::string path_;
    std::vector<std::string> symbols_;
    std::vector<std::uint32_t> order_;  // a shuffled deck, of which the first are picked
    std::mt19937_64 random_;
    std::uint64_t number_ = 0;
};

// `path` with a parameter more in its query.
std::string with_parameter(std::string path, std::string_view name, std::string_view value);

}  // namespace tickertape::bench
