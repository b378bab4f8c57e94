// A message of a socket as JSON. Its fields are read as those of an answer: see json/fields.hpp.
//
// Threads: one per message_reader.
#pragma once

#include "json/reader.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tickertape::provider {

// Reads message after message into the same memory: a usual one allocates nothing.
class message_reader {
public:
    message_reader() = default;
    message_reader(const message_reader&) = delete;
    message_reader& operator=(const message_reader&) = delete;

    // The value is gone with the next call. Errors: as json::reader::read().
    result<boost::json::value> read(std::string_view message);

private:
    // Several times the tree of any message seen; a larger one comes from the heap.
    static constexpr std::size_t usual_bytes_max = 16 * 1024;

    std::array<unsigned char, usual_bytes_max> memory_;
    std::optional<boost::json::monotonic_resource> storage_;
    json::reader reader_;
};

}  // namespace tickertape::provider
