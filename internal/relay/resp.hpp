// The protocol of Redis (RESP2): commands to bytes, and bytes to replies. No I/O.
//
// hiredis does the reading and writing; this bounds what a server can make us keep.
//
// Threads: one.
#pragma once

#include "core/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace tickertape::relay {

struct reply {
    enum class kind { nil, integer, text, status, error, array };

    kind is = kind::nil;
    std::int64_t number = 0;        // of an integer
    std::string text{};             // of a text, a status or an error
    std::vector<reply> elements{};  // of an array

    friend bool operator==(const reply&, const reply&) = default;
};

// The name of the command and its arguments; any bytes.
using command = std::vector<std::string>;

void append_command(std::string& bytes, const command& c);

struct reply_limits {
    std::size_t bytes_max = 32 * 1024 * 1024;  // of one reply, as it comes
    std::size_t elements_max = 256 * 1024;     // of one reply, those of arrays in it included
};

class reply_reader {
public:
    explicit reply_reader(const reply_limits& limits = {});
    ~reply_reader();
    reply_reader(const reply_reader&) = delete;
    reply_reader& operator=(const reply_reader&) = delete;

    // Takes the bytes that came, cut anywhere. Errors: relay_errc::bad_answer, of a reply that is
    // too long; then there is no use in going on.
    boost::system::error_code feed(std::string_view bytes);
    // The next reply; nothing: it is not all there yet.
    // Errors: relay_errc::bad_answer; then there is no use in going on.
    result<std::optional<reply>> next();
    // Whether bytes came that no reply was made of.
    bool has_more() const noexcept;

private:
    struct maker;
    struct freed {
        void operator()(redisReader* r) const noexcept;
    };

    std::unique_ptr<maker> maker_;
    std::unique_ptr<redisReader, freed> reader_;
};

}  // namespace tickertape::relay
